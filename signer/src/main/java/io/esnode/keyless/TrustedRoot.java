package io.esnode.keyless;

import dev.sigstore.trustroot.CertificateAuthority;
import dev.sigstore.trustroot.SigstoreConfigurationException;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signer.Excerpt;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A Sigstore {@code trusted_root.json}: certificate authorities, their transparency logs, signature logs, time stamping
 * authorities, each with the time of its use. sigstore-java reads it too, but takes an entry without a beginning for one that
 * was always in use: here each must have one. Immutable, thread-safe.
 */
final class TrustedRoot {
  static final int MAX_BYTES = 1 << 20;

  private final SigstoreTrustedRoot root;
  private final List<TransparencyLog> logs;

  private TrustedRoot(SigstoreTrustedRoot root, List<TransparencyLog> logs) {
    this.root = root;
    this.logs = logs;
  }

  static TrustedRoot parse(byte[] utf8) throws TrustedRootException {
    if (utf8.length > MAX_BYTES) {
      throw new TrustedRootException("trusted root: more than %d bytes".formatted(MAX_BYTES));
    }
    try {
      Json.Obj json = JsonReader.object(utf8);
      List<TransparencyLog> logs = new ArrayList<>();
      for (Json.Obj log : Members.objects(json, "tlogs")) {
        logs.add(log(log));
      }
      for (Json.Obj log : Members.objects(json, "ctlogs")) {
        log(log);
      }
      for (String authorities : List.of("certificateAuthorities", "timestampAuthorities")) {
        for (Json.Obj authority : Members.objects(json, authorities)) {
          window(authority);
          if (Members.objects(authority.obj("certChain"), "certificates").isEmpty()) {
            throw new JsonException("%s: an entry without certificates".formatted(authorities));
          }
        }
      }
      return new TrustedRoot(
          SigstoreTrustedRoot.from(new ByteArrayInputStream(utf8)), List.copyOf(logs));
    } catch (JsonException
        | GeneralSecurityException
        | SigstoreConfigurationException
        | RuntimeException e) {
      throw new TrustedRootException("trusted root: %s".formatted(Excerpt.of(e.getMessage())), e);
    }
  }

  private static TransparencyLog log(Json.Obj log) throws JsonException, GeneralSecurityException {
    URI url = URI.create(log.text("baseUrl"));
    if (url.getHost() == null) {
      throw new JsonException("baseUrl: found %s, expected the URL of a log".formatted(url));
    }
    Json.Obj key = log.obj("publicKey");
    byte[] id = Members.base64(log.obj("logId"), "keyId");
    if (id.length != 32) {
      throw new JsonException("logId: found %d bytes, expected 32".formatted(id.length));
    }
    return new TransparencyLog(
        url,
        id,
        Signatures.key(Members.base64(key, "rawBytes"), key.text("keyDetails")),
        window(key));
  }

  private static Window window(Json.Obj entry) throws JsonException {
    Json.Obj window = entry.obj("validFor");
    Instant start = time(window.text("start"));
    String end = window.has("end") ? window.textOrNull("end") : null;
    if (end != null && time(end).isBefore(start)) {
      throw new JsonException("validFor: ends before it starts");
    }
    return new Window(start, end == null ? null : time(end));
  }

  private static Instant time(String text) throws JsonException {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new JsonException("validFor: found %s, expected a time".formatted(text), e);
    }
  }

  Optional<TransparencyLog> log(byte[] id) {
    return logs.stream().filter(log -> Arrays.equals(log.id(), id)).findFirst();
  }

  List<CertificateAuthority> authoritiesAt(Instant time) {
    return CertificateAuthority.find(root.getCAs(), time);
  }

  List<CertificateAuthority> stampers() {
    return root.getTSAs();
  }

  List<dev.sigstore.trustroot.TransparencyLog> certificateLogs() {
    return root.getCTLogs();
  }

  List<dev.sigstore.trustroot.TransparencyLog> signatureLogs() {
    return root.getTLogs();
  }
}
