package io.esnode.signature;

import io.esnode.bundle.AtomicFile;
import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the signature of a file lies: beside it, as {@code NAME.sigstore.json}. */
public final class SidecarFile {
  public static final String SUFFIX = ".sigstore.json";

  private static final int KEY_ID_DIGITS = 16;

  private static final int TYPE_DIGITS = 8;

  private static final Pattern ATTESTATION =
      Pattern.compile("[.]att-[0-9a-f]{16}-[0-9a-f]{8}[.]sigstore[.]json");

  private static final Pattern OTHER = Pattern.compile(
      "(.+)[.](?:[0-9a-f]{8,64}|att-[0-9a-f]{16}-[0-9a-f]{8})[.]sigstore[.]json", Pattern.DOTALL);

  private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{8,64}");

  private SidecarFile() {}

  public static Path of(Path artefact) {
    Path name = artefact.getFileName();
    return name == null ? artefact.resolve(SUFFIX) : artefact.resolveSibling(name + SUFFIX);
  }

  /**
   * The signatures beside a file that are there: its own first, then further ones, {@code NAME.KEYID.sigstore.json}, by name.
   * {@code KEYID} is 8 to 64 hex digits.
   */
  public static List<Path> all(Path artefact) throws IOException {
    List<Path> found = new ArrayList<>();
    Path own = of(artefact);
    if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
      found.add(own);
    }
    Path directory = artefact.toAbsolutePath().getParent();
    String name = String.valueOf(artefact.getFileName());
    if (directory == null || !Files.isReadable(directory)) {
      return found;
    }
    List<Path> further = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(
        directory, file -> isFurther(name, String.valueOf(file.getFileName())))) {
      for (Path file : files) {
        further.add(artefact.resolveSibling(String.valueOf(file.getFileName())));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    further.sort(Comparator.comparing(Path::toString));
    found.addAll(further);
    return found;
  }

  private static boolean isFurther(String artefact, String candidate) {
    return signedByFurther(candidate).filter(artefact::equals).isPresent();
  }

  /** What {@code NAME.KEYID.sigstore.json} signs: {@code NAME}; empty for every other name. */
  static Optional<String> signedByFurther(String candidate) {
    if (!candidate.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    String stem = candidate.substring(0, candidate.length() - SUFFIX.length());
    int dot = stem.lastIndexOf('.');
    return dot > 0 && KEY_ID.matcher(stem.substring(dot + 1)).matches()
        ? Optional.of(stem.substring(0, dot))
        : Optional.empty();
  }

  /** Where a further signature by this key lies. */
  public static Path further(Path artefact, String keyId) {
    return artefact.resolveSibling(
        "%s.%s%s".formatted(artefact.getFileName(), keyId.substring(0, KEY_ID_DIGITS), SUFFIX));
  }

  /** Where a statement of another type by this key lies: {@code NAME.att-KEYID-TYPE.sigstore.json}. */
  public static Path attestation(Path artefact, String keyId, String predicateType) {
    return artefact.resolveSibling("%s.att-%s-%s%s"
        .formatted(
            artefact.getFileName(),
            keyId.substring(0, KEY_ID_DIGITS),
            Sha256.hex(predicateType).substring(0, TYPE_DIGITS),
            SUFFIX));
  }

  /** Whether a name is that of a statement of another type about this file. */
  public static boolean isAttestation(String artefact, String candidate) {
    return candidate.startsWith(artefact + ".")
        && ATTESTATION.matcher(candidate.substring(artefact.length())).matches();
  }

  /** The name of the file that a sidecar of this name belongs to; of a further signature and an attestation as well. */
  public static String artefact(String sidecar) {
    Matcher other = OTHER.matcher(sidecar);
    return other.matches()
        ? other.group(1)
        : sidecar.substring(0, sidecar.length() - SUFFIX.length());
  }

  /**
   * Writes a sidecar whole or not at all, over one that is there.
   *
   * @param sidecar what {@link Signer#sign} gave
   */
  public static void write(Path artefact, byte[] sidecar) throws IOException {
    AtomicFile.write(of(artefact), sidecar);
  }
}
