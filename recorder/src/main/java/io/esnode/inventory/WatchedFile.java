package io.esnode.inventory;

import io.esnode.bundle.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A file that was declared as one that matters: configuration, certificate, executable. Its digest, size, mode and owner are
 * recorded, of a certificate also when it ends; never what is in it. Not thread-safe.
 */
final class WatchedFile {
  /** Larger files would keep a CPU of the host for seconds: they are told by size and time. */
  private static final long MOST_BYTES = 64 << 20;

  private static final long MOST_CERTIFICATE_BYTES = 1 << 20;

  private final Path path;
  private final String name;

  /** @param name of the path as it may be recorded */
  WatchedFile(Path path, String name) {
    this.path = path;
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Whether this is one of its facts. */
  boolean owns(String item) {
    return item.equals("file." + name)
        || item.equals("certificate." + name)
        || item.startsWith("certificate." + name + ".");
  }

  /** What changes when the file does, at the cost of one stat(2). */
  String stamp() {
    try {
      Map<String, Object> stat =
          Files.readAttributes(path, "unix:ino,size,mode,uid,gid,lastModifiedTime,ctime");
      return stat.toString();
    } catch (IOException | RuntimeException e) {
      return "none";
    }
  }

  void read(Facts facts) {
    String item = "file." + name;
    try {
      Map<String, Object> stat =
          Files.readAttributes(path, "unix:size,mode,uid,gid,lastModifiedTime,isRegularFile");
      if (!Boolean.TRUE.equals(stat.get("isRegularFile"))) {
        facts.put(item, "not a regular file");
        return;
      }
      long bytes = ((Number) Objects.requireNonNull(stat.get("size"))).longValue();
      facts.put(
          item,
          "%s, %s bytes, mode %s, owner %s:%s, modified %s"
              .formatted(
                  digest(bytes),
                  Long.toString(bytes),
                  Integer.toOctalString(
                      ((Number) Objects.requireNonNull(stat.get("mode"))).intValue() & 07777),
                  stat.get("uid"),
                  stat.get("gid"),
                  stat.get("lastModifiedTime")));
      if (bytes <= MOST_CERTIFICATE_BYTES) {
        certificates(Files.readAllBytes(path), name, facts);
      }
    } catch (IOException e) {
      facts.put(item, Files.exists(path) ? "cannot be read" : "not there");
    }
  }

  private String digest(long bytes) throws IOException {
    return bytes > MOST_BYTES
        ? "not digested, more than %d MiB".formatted(MOST_BYTES >> 20)
        : "sha256 " + Sha256.hex(path);
  }

  /** PEM or DER; anything else has none. */
  static void certificates(byte[] content, String name, Facts facts) {
    boolean pem =
        new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN CERTIFICATE");
    boolean der = content.length > 4 && content[0] == 0x30 && (content[1] & 0x80) != 0;
    if (!pem && !der) {
      return;
    }
    try {
      Collection<? extends java.security.cert.Certificate> all = CertificateFactory.getInstance(
              "X.509")
          .generateCertificates(new ByteArrayInputStream(content));
      int number = 0;
      for (java.security.cert.Certificate each : all) {
        if (number < Facts.MOST_OF_A_KIND && each instanceof X509Certificate certificate) {
          facts.put(
              "certificate.%s.%s".formatted(name, Integer.toString(number)), text(certificate));
          number++;
        }
      }
    } catch (CertificateException | DateTimeException e) {
      facts.put("certificate." + name, "not a certificate that can be read");
    }
  }

  private static String text(X509Certificate certificate) throws CertificateException {
    BigInteger serial = certificate.getSerialNumber();
    return "sha256 %s, serial %s, valid %s to %s, key %s"
        .formatted(
            Sha256.hex(certificate.getEncoded()),
            HexFormat.of().formatHex(serial.toByteArray()),
            certificate.getNotBefore().toInstant(),
            certificate.getNotAfter().toInstant(),
            certificate.getPublicKey().getAlgorithm().toUpperCase(Locale.ROOT));
  }
}
