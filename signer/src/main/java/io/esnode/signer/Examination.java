package io.esnode.signer;

import static io.esnode.signature.ReasonCode.ARTIFACT_MISSING;
import static io.esnode.signature.ReasonCode.DIGEST_MISMATCH;
import static io.esnode.signature.ReasonCode.IDENTITY_UNKNOWN;
import static io.esnode.signature.ReasonCode.MANIFEST_MISMATCH;
import static io.esnode.signature.ReasonCode.NOT_A_BUNDLE;
import static io.esnode.signature.ReasonCode.PREDICATE_MISMATCH;
import static io.esnode.signature.ReasonCode.ROW_GROUP_MISMATCH;
import static io.esnode.signature.ReasonCode.SIDECAR_MALFORMED;
import static io.esnode.signature.ReasonCode.SIGNATURE_MISSING;
import static io.esnode.signature.ReasonCode.SIGNATURE_VALID;
import static io.esnode.signature.ReasonCode.SIGNER_UNKNOWN;
import static io.esnode.signature.ReasonCode.UNREADABLE;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.SidecarListing;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One file under verification, from its sidecar to the verdict. Used once; not thread-safe. */
final class Examination {
  /** So many damaged row groups are named; the rest is counted. */
  private static final int NAMED = 8;

  private static final Set<ReasonCode> UNKNOWN = EnumSet.of(SIGNER_UNKNOWN, IDENTITY_UNKNOWN);

  private final Path file;
  private final Rules rules;

  private final List<Verdict.Check> checks = new ArrayList<>();
  private final SignatureExamination signature;
  private final List<Verdict.SignerIdentity> trusted = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private final SidecarListing sidecars;
  private @Nullable String sha256;

  Examination(Path file, Rules rules, SidecarListing sidecars) {
    this.file = file;
    this.rules = rules;
    this.sidecars = sidecars;
    this.signature = new SignatureExamination(rules, checks);
  }

  /** What is done with an open file. */
  interface Step {
    void run(Examination examination, FileChannel open);
  }

  /** Opens the file; one that cannot be opened is a verdict too. */
  Verdict verdict(Step step) {
    if (canBeOpened()) {
      try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
        step.run(this, open);
      } catch (IOException e) {
        unreadable(e);
      }
    }
    return verdict();
  }

  private boolean canBeOpened() {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      fail(
          ARTIFACT_MISSING,
          "file: found nothing at %s, expected a file; check the path".formatted(file));
      return false;
    }
    if (!Files.isRegularFile(file)) {
      fail(
          UNREADABLE,
          "file: found %s, expected a regular file"
              .formatted(
                  Files.isDirectory(file)
                      ? "a directory"
                      : "a device, a pipe or a link that leads nowhere"));
      return false;
    }
    return true;
  }

  private void unreadable(IOException e) {
    fail(UNREADABLE, "file: cannot be read: %s".formatted(Excerpt.of(e)));
  }

  void run(FileChannel open) {
    examined(beside -> {
      Optional<byte[]> bytes = first(beside);
      FileDigests digests = FileDigests.of(open, signature.rowGroups());
      sha256 = digests.sha256();
      if (signature.signed()) {
        checkFile(open, digests);
      } else if (bytes.isEmpty()) {
        checkUnsigned(open);
      }
      checkSigners(beside, digests.sha256());
    });
  }

  /** The signatures against a digest that somebody else made. */
  void run(String given) {
    examined(beside -> {
      first(beside);
      sha256 = given;
      if (signature.signed()) {
        checkDigest(given);
      }
      skipped.add("file: not read; the digest is the word of whoever gave it");
      skipped.add("row groups, manifest against the footer: the file was not read");
      checkSigners(beside, given);
    });
  }

  /** Some row groups alone. */
  void run(FileChannel open, RowSelection rows) {
    examined(beside -> {
      first(beside);
      if (signature.signed()) {
        RowGroupExamination.check(open, rows, signature, checks, skipped);
      }
      signature.checkTrust();
      if (signature.trusted() && signature.signer() != null) {
        trusted.add(signature.signer());
      }
      if (beside.size() > 1) {
        skipped.add("further signatures: they are about the whole file");
      }
    });
  }

  private interface Work {
    void run(List<Path> beside) throws IOException;
  }

  private void examined(Work work) {
    try {
      work.run(sidecars.of(file));
    } catch (IOException e) {
      unreadable(e);
    } catch (RuntimeException e) {
      // No input may end a verification with anything but a verdict.
      fail(SIDECAR_MALFORMED, "the file or its sidecar cannot be understood: %s".formatted(e));
    }
  }

  /** Everything that the signature beside the file says by itself; empty where there is none. */
  private Optional<byte[]> first(List<Path> beside) {
    Optional<byte[]> bytes = sidecarBytes(beside.isEmpty() ? SidecarFile.of(file) : beside.get(0));
    bytes.ifPresent(signature::check);
    return bytes;
  }

  private void checkSigners(List<Path> beside, String digest) throws JsonException {
    signature.checkTrust();
    if (signature.trusted() && signature.signer() != null) {
      trusted.add(signature.signer());
    }
    for (Path other : beside.subList(Math.min(1, beside.size()), beside.size())) {
      checkFurther(other, digest);
    }
  }

  /** Somebody else's signature of the same file: counts only if it is trusted, and must not be wrong. */
  private void checkFurther(Path path, String digest) throws JsonException {
    String name = "further signature %s: ".formatted(path.getFileName());
    List<Verdict.Check> found = new ArrayList<>();
    SignatureExamination further = new SignatureExamination(rules, found);
    sidecarBytes(path).ifPresent(further::check);
    if (further.signed() && !further.signedDigests().contains(digest)) {
      further.fail(DIGEST_MISMATCH, "digest: is about another file");
    } else if (further.signed() && !type(further).equals(type(signature))) {
      further.fail(
          PREDICATE_MISMATCH,
          "predicate type: found %s, expected %s as in the first"
              .formatted(type(further), type(signature)));
    }
    further.checkTrust();
    List<Verdict.Check> failed = found.stream().filter(check -> !check.passed()).toList();
    if (failed.isEmpty() && further.trusted() && further.signer() != null) {
      if (trusted.stream().noneMatch(known -> same(known, further.signer()))) {
        trusted.add(further.signer());
      }
      pass(SIGNATURE_VALID, name + "by " + further.signer().label());
      return;
    }
    for (Verdict.Check check : failed) {
      if (check.reason().exit() == ExitCode.UNTRUSTED) {
        skipped.add(name + "does not count: " + check.message());
      } else {
        fail(check.reason(), name + check.message());
      }
    }
  }

  private static boolean same(Verdict.SignerIdentity a, Verdict.SignerIdentity b) {
    return a.identity() == null ? a.keyId().equals(b.keyId()) : a.identity().equals(b.identity());
  }

  private static String type(SignatureExamination of) {
    Json.Obj statement = of.statement();
    return statement == null
        ? PredicateType.NONE
        : statement.find("predicateType").map(Json::canonical).orElse("");
  }

  /** Empty where there is no sidecar that can be read, which is recorded. */
  private Optional<byte[]> sidecarBytes(Path path) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      fail(
          SIGNATURE_MISSING,
          file.toString().endsWith(SidecarFile.SUFFIX)
              ? "signature: this is a signature; name the file it belongs to instead"
              : "signature: found no %s, expected the signature beside the file; copy both together"
                  .formatted(path.getFileName()));
      return Optional.empty();
    }
    if (!Files.isRegularFile(path)) {
      fail(UNREADABLE, "sidecar: %s is not a regular file".formatted(path.getFileName()));
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(path)) {
      return Optional.of(in.readNBytes(Sidecar.MAX_BYTES + 1));
    } catch (IOException e) {
      fail(UNREADABLE, "sidecar: cannot be read: %s".formatted(Excerpt.of(e)));
      return Optional.empty();
    }
  }

  private void checkFile(FileChannel open, FileDigests found) throws IOException {
    List<String> expected = signature.signedDigests();
    Json.Obj manifest = signature.manifest();
    boolean whole = expected.contains(found.sha256());
    if (whole) {
      pass(
          DIGEST_MISMATCH,
          "digest: SHA-256 of all %d bytes is the one signed".formatted(found.bytes()));
    } else {
      fail(
          DIGEST_MISMATCH,
          "digest: found SHA-256 %s over %d bytes, expected %s; the file changed after it was signed, or this is another file's signature"
              .formatted(
                  found.sha256(),
                  found.bytes(),
                  expected.isEmpty()
                      ? "none: the statement names no SHA-256"
                      : excerpts(expected)));
    }
    if (manifest != null) {
      checkRowGroups(found, whole);
      if (whole) {
        checkFooter(open, manifest);
      }
    }
  }

  private void checkDigest(String given) throws JsonException {
    List<String> expected = signature.signedDigests();
    if (expected.contains(given)) {
      pass(DIGEST_MISMATCH, "digest: the one given is the one signed");
    } else {
      fail(
          DIGEST_MISMATCH,
          "digest: found SHA-256 %s, as given, expected %s; this is another file's signature, or the file changed"
              .formatted(
                  given,
                  expected.isEmpty()
                      ? "none: the statement names no SHA-256"
                      : excerpts(expected)));
    }
  }

  private static String excerpts(List<String> digests) {
    String first = Excerpt.of(digests.get(0)).replace("\"", "");
    return digests.size() == 1
        ? first
        : "%s or one of %d others".formatted(first, digests.size() - 1);
  }

  private void checkRowGroups(FileDigests found, boolean whole) {
    List<Manifest.RowGroup> rowGroups = signature.rowGroups();
    List<String> intact = new ArrayList<>();
    int damaged = 0;
    for (int i = 0; i < rowGroups.size(); i++) {
      Manifest.RowGroup group = rowGroups.get(i);
      String sha256 = found.rowGroups().get(i);
      if (sha256.equals(group.sha256())) {
        intact.add("%d (%s, %d rows)".formatted(i, kind(group), group.rows()));
      } else if (++damaged <= NAMED) {
        fail(
            ROW_GROUP_MISMATCH,
            "row group %d (%s, %d rows, %d bytes at %d): found %s, expected SHA-256 %s; do not use these rows"
                .formatted(
                    i,
                    kind(group),
                    group.rows(),
                    group.bytes(),
                    group.offset(),
                    sha256.isEmpty() ? "the end of the file" : "SHA-256 " + sha256,
                    Excerpt.of(group.sha256()).replace("\"", "")));
      }
    }
    if (damaged > NAMED) {
      fail(
          ROW_GROUP_MISMATCH, "row groups: %d more do not match either".formatted(damaged - NAMED));
    }
    if (whole && damaged == 0) {
      pass(
          ROW_GROUP_MISMATCH,
          "row groups: all %d have the signed SHA-256".formatted(rowGroups.size()));
    } else if (!intact.isEmpty()) {
      pass(ROW_GROUP_MISMATCH, vouched(intact, damaged));
    }
  }

  private static String vouched(List<String> intact, int damaged) {
    String where = damaged == 0 ? "; the damage lies outside them" : "";
    int more = intact.size() - NAMED;
    return "row groups: %d of %d still have the signed SHA-256: %s%s%s"
        .formatted(
            intact.size(),
            intact.size() + damaged,
            String.join(", ", intact.subList(0, Math.min(NAMED, intact.size()))),
            more > 0 ? " and %d more".formatted(more) : "",
            where);
  }

  private static String kind(Manifest.RowGroup group) {
    return Excerpt.of(group.kind()).replace("\"", "");
  }

  private void checkFooter(FileChannel open, Json.Obj signed) throws IOException {
    BundleFile bundle;
    try {
      bundle = BundleFile.read("file", open);
    } catch (BundleException e) {
      fail(NOT_A_BUNDLE, "%s; it was signed as it is".formatted(e.getMessage()));
      return;
    }
    if (bundle.manifestJson().canonical().equals(signed.canonical())) {
      pass(MANIFEST_MISMATCH, "manifest: the statement repeats the one in the footer");
    } else {
      fail(
          MANIFEST_MISMATCH,
          "manifest: the statement's differs from the one in the file's footer, expected the same; do not use this file");
    }
  }

  private void checkUnsigned(FileChannel open) throws IOException {
    ArtefactKind kind = ArtefactKind.of(open);
    boolean bundleExpected = PredicateType.RECORDINGS.containsAll(rules.predicateTypes())
        || String.valueOf(file.getFileName()).endsWith(".parquet");
    if (kind == ArtefactKind.OTHER || (bundleExpected && kind != ArtefactKind.PARQUET)) {
      fail(
          NOT_A_BUNDLE,
          open.size() == 0
              ? "file: found an empty file, expected a bundle"
              : "file: found no \"PAR1\" at both ends, expected a bundle");
    }
  }

  private void pass(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, true, message));
  }

  private void fail(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, false, message));
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of Verdict's components
  Verdict verdict() {
    return new Verdict(
        file.toString(),
        sha256,
        state(checks, signature),
        checks,
        notPerformed(),
        signature.signer(),
        trusted,
        signature.time(),
        signature.statement());
  }

  static TrustState state(List<Verdict.Check> checks, SignatureExamination signature) {
    Set<ReasonCode> failed = EnumSet.noneOf(ReasonCode.class);
    checks.stream().filter(check -> !check.passed()).forEach(check -> failed.add(check.reason()));
    if (failed.isEmpty()) {
      return signature.trusted() && signature.signed()
          ? TrustState.TRUSTED_SIGNER
          : TrustState.REFUSED;
    }
    if (UNKNOWN.containsAll(failed) && signature.signed()) {
      return TrustState.SIGNER_UNKNOWN;
    }
    return failed.equals(Set.of(SIGNATURE_MISSING)) ? TrustState.UNSIGNED : TrustState.REFUSED;
  }

  private List<String> notPerformed() {
    List<String> lines = new ArrayList<>(signature.notPerformed());
    lines.addAll(skipped);
    lines.add(SidecarVerifier.NO_WITNESS);
    lines.add(SidecarVerifier.NO_POLICY);
    return lines;
  }
}
