package io.esnode.cli;

import io.esnode.bundle.AtomicFile;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import io.esnode.signer.FileDigests;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SidecarException;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.StrictBase64;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.TrustException;
import io.esnode.signer.TrustedKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts signatures beside files, never over one that is there. */
final class Signatures {
  private static final int MAX_SIDECAR = 4 << 20;

  private final SidecarSigner signer;
  private final TrustedKeys known;
  private final Instant now;

  private Signatures(SidecarSigner signer, TrustedKeys known, Instant now) {
    this.signer = signer;
    this.known = known;
    this.now = now;
  }

  /** Those of this key, on a machine that knows what was revoked. */
  static Signatures by(SidecarSigner signer, Home home) {
    try {
      TrustedKeys known = TrustedKeys.of(new TrustDirectory(home.trust()).list());
      return new Signatures(signer, known, Instant.now());
    } catch (TrustException e) {
      throw new CommandException(e.exit(), String.valueOf(e.getMessage()), e);
    }
  }

  /** Says what a file is, once it is known that nobody signed it yet. */
  interface Claims {
    Claim of(FileChannel open) throws IOException;
  }

  /**
   * What was done.
   *
   * @param sidecar where the signature lies
   * @param made false where this key had signed before
   */
  record Signed(Path sidecar, String type, String sha256, boolean made) {}

  /**
   * Signs a file that nobody signed, or, as what it was signed as, one that somebody else did.
   *
   * @param further whether somebody must have signed it already
   */
  Signed sign(Path file, Claims claims, boolean further) throws IOException {
    try (FileChannel open = open(file)) {
      List<Path> beside = SidecarFile.all(file);
      if (beside.isEmpty()) {
        if (further) {
          throw new CommandException(
              ExitCode.EVIDENCE_MISSING,
              "%s: nobody signed it yet; sign it without --further".formatted(file));
        }
        return write(SidecarFile.of(file), file, open, claims.of(open));
      }
      Verdict verdict = verified(file, open, beside.get(0));
      Path own = SidecarFile.further(file, signer.keyId());
      Verdict.SignerIdentity first = verdict.signer();
      boolean ours = first != null && first.keyId().equals(signer.keyId());
      if (ours || Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
        return new Signed(
            ours ? beside.get(0) : own, type(verdict), String.valueOf(verdict.sha256()), false);
      }
      return write(own, file, open, repeated(file, verdict));
    }
  }

  /**
   * Signs a statement: as the first signature of a file that nobody signed, else as one more of the same words, else beside them as an
   * attestation, which says something else about the same bytes.
   */
  Signed attest(Path file, Claim claim) throws IOException {
    try (FileChannel open = open(file)) {
      List<Path> beside = SidecarFile.all(file);
      if (beside.isEmpty()) {
        return write(SidecarFile.of(file), file, open, claim);
      }
      Verdict verdict = verified(file, open, beside.get(0));
      Verdict.SignerIdentity first = verdict.signer();
      boolean others = first != null && !first.keyId().equals(signer.keyId());
      boolean further = others && repeated(file, verdict).equals(claim);
      return write(
          further
              ? SidecarFile.further(file, signer.keyId())
              : SidecarFile.attestation(file, signer.keyId(), claim.type()),
          file,
          open,
          claim);
    }
  }

  private static FileChannel open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          Files.exists(file) ? ExitCode.MALFORMED : ExitCode.EVIDENCE_MISSING,
          "%s: %s, expected a file"
              .formatted(file, Files.exists(file) ? "not a regular file" : "no such file"));
    }
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  /** What is there must hold; that nobody here vouches for it is its signer's matter. */
  private Verdict verified(Path file, FileChannel open, Path sidecar) throws IOException {
    Set<String> types = new HashSet<>(PredicateType.ALL);
    claimed(sidecar).flatMap(Signatures::claimedType).ifPresent(types::add);
    Verdict verdict = new SidecarVerifier(known, types, now).verify(file, open);
    boolean holds = verdict.trust() == TrustState.TRUSTED_SIGNER
        || verdict.trust() == TrustState.SIGNER_UNKNOWN;
    if (!holds || verdict.statement() == null) {
      throw new CommandException(
          verdict.exit() == ExitCode.OK ? ExitCode.MALFORMED : verdict.exit(),
          "%s: is signed, and does not verify, so it is not signed again: %s"
              .formatted(
                  file,
                  verdict
                      .worst()
                      .map(check -> check.reason().code() + " " + check.message())
                      .orElse("it is a plain signature, which does not say what was signed")));
    }
    return verdict;
  }

  /** The payload of a sidecar, nothing of it checked. */
  private static Optional<Json.Obj> claimed(Path sidecar) throws IOException {
    try (InputStream in = Files.newInputStream(sidecar)) {
      Optional<byte[]> payload = Sidecar.parse(in.readNBytes(MAX_SIDECAR + 1)).payload();
      return payload.isEmpty() ? Optional.empty() : Optional.of(JsonReader.object(payload.get()));
    } catch (SidecarException | JsonException e) {
      // Verifying it says what is wrong with it.
      return Optional.empty();
    }
  }

  private static Optional<String> claimedType(Json.Obj statement) {
    return statement.find("predicateType").orElse(Json.Null.NULL) instanceof Json.Str type
        ? Optional.of(type.value())
        : Optional.empty();
  }

  private static String type(Verdict verdict) {
    Json.Obj statement = verdict.statement();
    return statement == null ? "" : claimedType(statement).orElse("");
  }

  /** The same claim as in the first signature, so that both count. */
  private static Claim repeated(Path file, Verdict verdict) {
    Json.Obj statement = verdict.statement();
    if (statement == null) {
      throw new IllegalStateException("verified without a statement");
    }
    try {
      Json.Builder predicate = Json.object();
      statement.obj("predicate").members().forEach((name, value) -> {
        if (!name.equals("signer")) {
          predicate.put(name, value);
        }
      });
      return new Claim(statement.text("predicateType"), predicate.build());
    } catch (JsonException e) {
      throw new CommandException(ExitCode.MALFORMED, "%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Signed write(Path sidecar, Path file, FileChannel open, Claim claim) throws IOException {
    String sha256 = FileDigests.of(open, List.of()).sha256();
    byte[] bytes = statement(file, sha256, claim);
    try {
      AtomicFile.writeNew(sidecar, bytes, PosixFilePermissions.fromString("rw-r--r--"));
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: exists already, and signatures are never overwritten".formatted(sidecar),
          e);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE, "%s: cannot be written: %s".formatted(sidecar, Reason.of(e)), e);
    }
    return new Signed(sidecar, claim.type(), sha256, true);
  }

  private byte[] statement(Path file, String sha256, Claim claim) throws IOException {
    try {
      return signer.sign(
          String.valueOf(file.getFileName()), sha256, claim.type(), claim.predicate());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CommandException(
          ExitCode.MALFORMED,
          "%s: the predicate cannot be signed: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  /**
   * Writes a file and signs it, where the same bytes always give the same file. What somebody else signed is not overwritten.
   *
   * @param signatures null where it is not to be signed
   */
  static void write(Path file, byte[] content, @Nullable Signatures signatures, Claims claims)
      throws IOException {
    if (!holds(file, content)) {
      removeOwn(file, signatures);
      AtomicFile.write(file, content);
    }
    if (signatures != null) {
      signatures.sign(file, claims, false);
    }
  }

  private static boolean holds(Path file, byte[] content) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == content.length
        && Sha256.hex(file).equals(Sha256.hex(content));
  }

  /** Before other bytes come in its place; whoever signed what lies there wants to keep it. */
  private static void removeOwn(Path file, @Nullable Signatures signatures) throws IOException {
    List<Path> beside = SidecarFile.all(file);
    for (Path sidecar : beside) {
      if (signatures == null || !signatures.isOurs(sidecar)) {
        throw new CommandException(
            ExitCode.CANNOT_WRITE,
            "%s: is signed (%s), and what is signed is not overwritten; name another file, or remove both"
                .formatted(file, sidecar.getFileName()));
      }
    }
    for (Path sidecar : beside) {
      Files.delete(sidecar);
    }
  }

  private boolean isOurs(Path sidecar) throws IOException {
    try (InputStream in = Files.newInputStream(sidecar)) {
      return Sidecar.parse(in.readNBytes(MAX_SIDECAR + 1))
          .hint()
          .filter(
              hint -> HexFormat.of().formatHex(StrictBase64.decode(hint)).equals(signer.keyId()))
          .isPresent();
    } catch (SidecarException e) {
      // Nobody knows whose it is.
      return false;
    }
  }
}
