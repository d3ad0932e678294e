package io.esnode.signer;

import static io.esnode.signature.ReasonCode.ARTIFACT_MISSING;
import static io.esnode.signature.ReasonCode.DIGEST_MISMATCH;
import static io.esnode.signature.ReasonCode.MANIFEST_MISMATCH;
import static io.esnode.signature.ReasonCode.NOT_A_BUNDLE;
import static io.esnode.signature.ReasonCode.PREDICATE_MISMATCH;
import static io.esnode.signature.ReasonCode.ROW_GROUP_MISMATCH;
import static io.esnode.signature.ReasonCode.SIDECAR_MALFORMED;
import static io.esnode.signature.ReasonCode.SIGNATURE_INVALID;
import static io.esnode.signature.ReasonCode.SIGNATURE_MISSING;
import static io.esnode.signature.ReasonCode.SIGNATURE_VALID;
import static io.esnode.signature.ReasonCode.SIGNER_EXPIRED;
import static io.esnode.signature.ReasonCode.SIGNER_REVOKED;
import static io.esnode.signature.ReasonCode.SIGNER_UNKNOWN;
import static io.esnode.signature.ReasonCode.UNREADABLE;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One file under verification, from its sidecar to the verdict. Used once; not thread-safe. */
final class Examination {
  /** So many damaged row groups are named; the rest is counted. */
  private static final int NAMED = 8;

  private final Path file;
  private final TrustedKeys trusted;
  private final Set<String> predicateTypes;
  private final Instant now;

  private final List<Verdict.Check> checks = new ArrayList<>();
  private @Nullable Sidecar sidecar;
  private @Nullable VerifyingKey signer;
  private Json.@Nullable Obj statement;
  private Json.@Nullable Obj manifest;
  private List<Manifest.RowGroup> rowGroups = List.of();
  private @Nullable FileDigests digests;
  private boolean keyTrusted;

  Examination(Path file, TrustedKeys trusted, Set<String> predicateTypes, Instant now) {
    this.file = file;
    this.trusted = trusted;
    this.predicateTypes = predicateTypes;
    this.now = now;
  }

  boolean canBeOpened() {
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

  void unreadable(IOException e) {
    fail(UNREADABLE, "file: cannot be read: %s".formatted(Excerpt.of(e)));
  }

  void run(FileChannel open) {
    try {
      Optional<byte[]> bytes = sidecarBytes();
      if (bytes.isPresent()) {
        checkSignature(bytes.get());
      }
      digests = FileDigests.of(open, rowGroups);
      if (statement != null) {
        checkFile(open, statement, digests);
      } else if (bytes.isEmpty()) {
        checkUnsigned(open);
      }
      if (signer != null) {
        checkTrust(signer);
      }
    } catch (IOException e) {
      unreadable(e);
    } catch (RuntimeException e) {
      // No input may end a verification with anything but a verdict.
      fail(SIDECAR_MALFORMED, "the file or its sidecar cannot be understood: %s".formatted(e));
    }
  }

  /** Empty where there is no sidecar that can be read, which is recorded. */
  private Optional<byte[]> sidecarBytes() {
    Path path = SidecarFile.of(file);
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

  private void checkSignature(byte[] bytes) {
    try {
      Sidecar read = Sidecar.parse(bytes);
      sidecar = read;
      Optional<VerifyingKey> key = keyOf(read);
      if (key.isEmpty()) {
        return;
      }
      byte[] signed = Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, read.payload());
      if (!key.get().verifies(signed, read.signature())) {
        fail(
            SIGNATURE_INVALID,
            "signature: does not match key %s; the sidecar was changed, or another key made it"
                .formatted(key.get()));
        return;
      }
      signer = key.get();
      pass(SIGNATURE_VALID, "signature: ECDSA P-256 by key " + key.get());
      checkStatement(JsonReader.object(read.payload()), key.get());
    } catch (SidecarException e) {
      fail(
          SIDECAR_MALFORMED,
          "sidecar: %s; get the one that the recorder wrote".formatted(e.getMessage()));
    } catch (JsonException e) {
      fail(SIDECAR_MALFORMED, "statement: %s".formatted(e.getMessage()));
    }
  }

  /** The trusted key that the hint names, else the one in the statement if it is what the hint names. */
  private Optional<VerifyingKey> keyOf(Sidecar read) {
    String keyId = HexFormat.of().formatHex(StrictBase64.decode(read.hint()));
    Optional<TrustedKey> known = trusted.find(keyId);
    if (known.isPresent()) {
      return known.map(TrustedKey::key);
    }
    String unchecked =
        "key: %s is not trusted here, %s, so the signature could not be checked; give the signer's key with --key";
    try {
      VerifyingKey embedded = embeddedKey(JsonReader.object(read.payload()));
      if (embedded.keyId().equals(keyId)) {
        return Optional.of(embedded);
      }
      fail(
          SIGNER_UNKNOWN,
          unchecked.formatted(keyId, "the statement carries another (" + embedded + ")"));
    } catch (JsonException | KeyFileException | IllegalArgumentException e) {
      fail(SIGNER_UNKNOWN, unchecked.formatted(keyId, "the statement carries no such key"));
    }
    return Optional.empty();
  }

  private static VerifyingKey embeddedKey(Json.Obj statement)
      throws JsonException, KeyFileException {
    String text =
        statement.obj("predicate").obj(SidecarSigner.SIGNER).text(SidecarSigner.PUBLIC_KEY);
    return VerifyingKey.ofSpki("predicate.signer.public_key", StrictBase64.decode(text));
  }

  private void checkStatement(Json.Obj signed, VerifyingKey key) throws JsonException {
    if (!signed.text("_type").equals(SidecarSigner.STATEMENT)) {
      throw new JsonException("_type: found %s, expected \"%s\""
          .formatted(Excerpt.of(signed.text("_type")), SidecarSigner.STATEMENT));
    }
    String type = signed.text("predicateType");
    Json.Obj predicate = signed.obj("predicate");
    signed.arr("subject").objects();
    statement = signed;
    if (!predicateTypes.contains(type)) {
      fail(
          PREDICATE_MISMATCH,
          "predicate type: found %s, expected %s"
              .formatted(Excerpt.of(type), predicateTypes.stream().sorted().toList()));
      return;
    }
    if (predicate.has(SidecarSigner.SIGNER) && !signerNamedIs(signed, key)) {
      fail(
          PREDICATE_MISMATCH,
          "predicate.signer: names another key than %s, which signed".formatted(key));
      return;
    }
    pass(PREDICATE_MISMATCH, "predicate type: " + type);
    if (PredicateType.RECORDINGS.contains(type)) {
      readManifest(predicate.obj("manifest"), type);
    }
  }

  private static boolean signerNamedIs(Json.Obj signed, VerifyingKey key) {
    try {
      return embeddedKey(signed).equals(key);
    } catch (JsonException | KeyFileException | IllegalArgumentException e) {
      return false;
    }
  }

  private void readManifest(Json.Obj claimed, String type) throws JsonException {
    if (claimed.bool("simulated") != type.equals(PredicateType.SIMULATED_RECORDING)) {
      fail(
          PREDICATE_MISMATCH,
          "predicate type: found %s for a manifest that says simulated = %s"
              .formatted(type, claimed.bool("simulated")));
    }
    List<Manifest.RowGroup> groups = new ArrayList<>();
    long end = 0;
    for (Json.Obj group : claimed.arr("row_groups").objects()) {
      long offset = group.integer("offset");
      long bytes = group.integer("bytes");
      if (offset < end || bytes < 1 || offset > Long.MAX_VALUE - bytes) {
        throw new JsonException("row group %d: %d bytes at %d, expected some, at %d or later"
            .formatted(groups.size(), bytes, offset, end));
      }
      end = offset + bytes;
      groups.add(new Manifest.RowGroup(
          group.text("kind"), group.integer("rows"), offset, bytes, group.text("sha256")));
    }
    manifest = claimed;
    rowGroups = groups;
  }

  private void checkFile(FileChannel open, Json.Obj signed, FileDigests found) throws IOException {
    List<String> expected = subjectDigests(signed);
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

  private static List<String> subjectDigests(Json.Obj signed) throws JsonException {
    List<String> digests = new ArrayList<>();
    for (Json.Obj subject : signed.arr("subject").objects()) {
      if (subject.find("digest").orElse(Json.Null.NULL) instanceof Json.Obj digest
          && digest.find("sha256").orElse(Json.Null.NULL) instanceof Json.Str sha256) {
        digests.add(sha256.value());
      }
    }
    return digests;
  }

  private static String excerpts(List<String> digests) {
    String first = Excerpt.of(digests.get(0)).replace("\"", "");
    return digests.size() == 1
        ? first
        : "%s or one of %d others".formatted(first, digests.size() - 1);
  }

  private void checkRowGroups(FileDigests found, boolean whole) {
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
    boolean bundleExpected = PredicateType.RECORDINGS.containsAll(predicateTypes)
        || String.valueOf(file.getFileName()).endsWith(".parquet");
    if (kind == ArtefactKind.OTHER || (bundleExpected && kind != ArtefactKind.PARQUET)) {
      fail(
          NOT_A_BUNDLE,
          open.size() == 0
              ? "file: found an empty file, expected a bundle"
              : "file: found no \"PAR1\" at both ends, expected a bundle");
    }
  }

  private void checkTrust(VerifyingKey key) {
    TrustedKey known = trusted.find(key.keyId()).orElse(null);
    if (known == null) {
      fail(
          SIGNER_UNKNOWN,
          "key: %s is not trusted here; if its owner confirms this key id, 'esnode trust add' or --key"
              .formatted(key));
      return;
    }
    TrustedKey.Revocation revocation = known.revocation();
    if (revocation != null) {
      fail(
          SIGNER_REVOKED,
          "key: %s (%s) was revoked at %s: %s; no trusted time shows that the signature is older"
              .formatted(key, known.label(), revocation.at(), Excerpt.of(revocation.reason())));
    } else if (!known.isValidAt(now)) {
      fail(
          SIGNER_EXPIRED,
          "key: %s (%s) is trusted from %s until %s, and it is %s; no trusted time shows when it signed"
              .formatted(
                  key,
                  known.label(),
                  known.validFrom() == null ? "ever" : known.validFrom(),
                  known.validUntil() == null ? "further notice" : known.validUntil(),
                  now));
    } else {
      keyTrusted = true;
      pass(SIGNER_UNKNOWN, "key: trusted as %s".formatted(known.label()));
    }
  }

  private void pass(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, true, message));
  }

  private void fail(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, false, message));
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of Verdict's component statement
  Verdict verdict() {
    return new Verdict(
        file.toString(),
        digests == null ? null : digests.sha256(),
        state(),
        checks,
        notPerformed(),
        signer == null
            ? null
            : new Verdict.SignerIdentity(
                signer.keyId(),
                trusted.find(signer.keyId()).map(TrustedKey::label).orElse(null)),
        statement);
  }

  private TrustState state() {
    Set<ReasonCode> failed = EnumSet.noneOf(ReasonCode.class);
    checks.stream().filter(check -> !check.passed()).forEach(check -> failed.add(check.reason()));
    if (failed.isEmpty()) {
      return keyTrusted && statement != null ? TrustState.TRUSTED_SIGNER : TrustState.REFUSED;
    }
    if (failed.equals(Set.of(SIGNER_UNKNOWN)) && statement != null) {
      return TrustState.SIGNER_UNKNOWN;
    }
    return failed.equals(Set.of(SIGNATURE_MISSING)) ? TrustState.UNSIGNED : TrustState.REFUSED;
  }

  private List<String> notPerformed() {
    List<String> skipped = new ArrayList<>();
    if (sidecar != null && statement == null) {
      skipped.add("digest against the statement: no statement whose signature holds");
    }
    skipped.add(
        sidecar != null && sidecar.stamped()
            ? "RFC 3161 time stamp: there is one, and this esnode does not check it"
            : "RFC 3161 time stamp: none");
    skipped.add(
        sidecar != null && sidecar.logged()
            ? "transparency log: there is an entry, and this esnode does not check it"
            : "transparency log: none");
    skipped.add(SidecarVerifier.NO_WITNESS);
    skipped.add("policy: none given");
    return skipped;
  }
}
