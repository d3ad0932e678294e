package io.esnode.signer;

import static io.esnode.signature.ReasonCode.CERTIFICATE_INVALID;
import static io.esnode.signature.ReasonCode.IDENTITY_UNKNOWN;
import static io.esnode.signature.ReasonCode.PREDICATE_MISMATCH;
import static io.esnode.signature.ReasonCode.PURPOSE_MISMATCH;
import static io.esnode.signature.ReasonCode.SIDECAR_MALFORMED;
import static io.esnode.signature.ReasonCode.SIGNATURE_INVALID;
import static io.esnode.signature.ReasonCode.SIGNATURE_VALID;
import static io.esnode.signature.ReasonCode.SIGNER_EXPIRED;
import static io.esnode.signature.ReasonCode.SIGNER_REVOKED;
import static io.esnode.signature.ReasonCode.SIGNER_UNKNOWN;
import static io.esnode.signature.ReasonCode.TRUST_ROOT_MISSING;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One sidecar under verification, from its bytes to who stands behind it. Used once; not thread-safe. */
final class SignatureExamination {
  /** Other tools' statements about other things: cosign writes it still, and the members that are read mean the same. */
  private static final String OLD_STATEMENT = "https://in-toto.io/Statement/v0.1";

  private final Rules rules;
  private final List<Verdict.Check> checks;

  private @Nullable Sidecar sidecar;
  private @Nullable VerifyingKey key;
  private Verdict.@Nullable SignerIdentity signer;
  private @Nullable String plainDigest;
  private Json.@Nullable Obj statement;
  private Json.@Nullable Obj manifest;
  private List<Manifest.RowGroup> rowGroups = List.of();
  private @Nullable TrustedTime time;
  private boolean stampsJudged;
  private boolean entriesJudged;
  private final List<String> skipped = new ArrayList<>();
  private boolean trusted;

  /** @param checks to which this one's are added, in order */
  SignatureExamination(Rules rules, List<Verdict.Check> checks) {
    this.rules = rules;
    this.checks = checks;
  }

  /** Everything that does not need the file. */
  void check(byte[] bytes) {
    try {
      Sidecar read = Sidecar.parse(bytes);
      sidecar = read;
      if (read.hint().isPresent()) {
        checkKey(read, read.hint().get(), bytes);
      } else {
        checkCertificate(bytes);
      }
      if (signer == null) {
        return;
      }
      checkStamps(read);
      if (read.payload().isPresent()) {
        checkStatement(JsonReader.object(read.payload().get()));
      } else {
        checkPlain(read.messageDigest().orElseThrow());
      }
    } catch (SidecarException e) {
      fail(
          SIDECAR_MALFORMED,
          "sidecar: %s; get the one that the recorder wrote".formatted(e.getMessage()));
    } catch (JsonException e) {
      fail(SIDECAR_MALFORMED, "statement: %s".formatted(e.getMessage()));
    }
  }

  private void checkKey(Sidecar read, String hint, byte[] bytes) {
    Optional<VerifyingKey> found = keyOf(read, HexFormat.of().formatHex(StrictBase64.decode(hint)));
    if (found.isEmpty()) {
      return;
    }
    VerifyingKey candidate = found.get();
    if (read.payload().isEmpty() && !candidate.signsDigests()) {
      fail(
          SIDECAR_MALFORMED,
          "sidecar: a plain signature (messageSignature) by the %s key %s, which cannot be checked from a digest; sign an envelope with it"
              .formatted(candidate.algorithm().title(), candidate));
      return;
    }
    boolean holds = read.payload()
        .map(payload -> candidate.verifies(
            Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload), read.signature()))
        .orElseGet(
            () -> candidate.verifiesDigest(read.messageDigest().orElseThrow(), read.signature()));
    if (!holds) {
      fail(
          SIGNATURE_INVALID,
          "signature: does not match key %s; the sidecar was changed, or another key made it"
              .formatted(candidate));
      return;
    }
    key = candidate;
    signer = new Verdict.SignerIdentity(
        candidate.keyId(),
        rules.keys().find(candidate.keyId()).map(TrustedKey::label).orElse(null),
        null);
    pass(
        SIGNATURE_VALID,
        "signature: %s by key %s".formatted(candidate.algorithm().title(), candidate));
    if (read.logged() && rules.keyless() != null) {
      entriesJudged = true;
      take(rules.keyless().logEntries(bytes, candidate));
    }
  }

  /** The trusted key that the hint names, else the one in the statement if it is what the hint names. */
  private Optional<VerifyingKey> keyOf(Sidecar read, String keyId) {
    Optional<TrustedKey> known = rules.keys().find(keyId);
    if (known.isPresent()) {
      return known.map(TrustedKey::key);
    }
    String unchecked =
        "key: %s is not trusted here, %s, so the signature could not be checked; give the signer's key with --key";
    if (read.payload().isEmpty()) {
      fail(SIGNER_UNKNOWN, unchecked.formatted(keyId, "a plain signature carries no key"));
      return Optional.empty();
    }
    try {
      VerifyingKey embedded = embeddedKey(JsonReader.object(read.payload().get()));
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

  private void checkCertificate(byte[] bytes) {
    KeylessVerifier keyless = rules.keyless();
    if (keyless == null) {
      fail(
          TRUST_ROOT_MISSING,
          "certificate: cannot be checked without a trusted root; give one with --trusted-root");
      return;
    }
    entriesJudged = true;
    stampsJudged = true;
    Judgement judged = keyless.certificate(bytes);
    take(judged);
    Verdict.SignerIdentity certified = judged.signer();
    if (certified == null) {
      if (judged.checks().stream().allMatch(Verdict.Check::passed)) {
        fail(CERTIFICATE_INVALID, "certificate: names nobody");
      }
      return;
    }
    signer = new Verdict.SignerIdentity(
        certified.keyId(),
        identity(certified).map(TrustedIdentity::label).orElse(null),
        certified.identity());
  }

  private Optional<TrustedIdentity> identity(Verdict.SignerIdentity certified) {
    Verdict.Identity name = certified.identity();
    return name == null
        ? Optional.empty()
        : rules.identities().stream()
            .filter(known -> known.is(name.issuer(), name.subject()))
            .min(Comparator.comparing(known -> known.revocation() == null));
  }

  private void checkStamps(Sidecar read) {
    StampVerifier stamps = rules.stamps();
    if (stamps != null && !read.stamps().isEmpty()) {
      stampsJudged = true;
      read.stamps().forEach(stamp -> take(stamps.verify(read.signature(), stamp)));
    }
  }

  private void take(Judgement judged) {
    checks.addAll(judged.checks());
    skipped.addAll(judged.notPerformed());
    time = Stream.of(Optional.ofNullable(time), Optional.ofNullable(judged.time()))
        .flatMap(Optional::stream)
        .min(Comparator.comparing(TrustedTime::at))
        .orElse(null);
  }

  private void checkPlain(byte[] digest) {
    if (!rules.predicateTypes().contains(PredicateType.NONE)) {
      fail(
          PREDICATE_MISMATCH,
          "predicate type: found a plain signature (messageSignature), expected a statement; it does not say what was signed");
      return;
    }
    plainDigest = HexFormat.of().formatHex(digest);
  }

  private void checkStatement(Json.Obj signed) throws JsonException {
    String type = signed.text("predicateType");
    String statementType = signed.text("_type");
    if (!statementType.equals(SidecarSigner.STATEMENT)
        && !(statementType.equals(OLD_STATEMENT) && !PredicateType.ALL.contains(type))) {
      throw new JsonException("_type: found %s, expected \"%s\""
          .formatted(Excerpt.of(statementType), SidecarSigner.STATEMENT));
    }
    Json.Obj predicate = signed.obj("predicate");
    signed.arr("subject").objects();
    statement = signed;
    if (!rules.predicateTypes().contains(type)) {
      fail(
          PREDICATE_MISMATCH,
          "predicate type: found %s, expected %s"
              .formatted(
                  Excerpt.of(type), rules.predicateTypes().stream().sorted().toList()));
      return;
    }
    if (predicate.has(SidecarSigner.SIGNER) && !signerNamedIs(signed)) {
      fail(
          PREDICATE_MISMATCH,
          "predicate.signer: names another key than %s, which signed"
              .formatted(signer == null ? "none" : signer.keyId()));
      return;
    }
    pass(PREDICATE_MISMATCH, "predicate type: " + type);
    if (PredicateType.RECORDINGS.contains(type)) {
      readManifest(predicate.obj("manifest"), type);
    }
  }

  private boolean signerNamedIs(Json.Obj signed) {
    try {
      return signer != null && embeddedKey(signed).keyId().equals(signer.keyId());
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

  /** SHA-256 in hex of what was signed; empty where no signature holds. */
  List<String> signedDigests() throws JsonException {
    if (plainDigest != null) {
      return List.of(plainDigest);
    }
    List<String> digests = new ArrayList<>();
    if (statement != null) {
      for (Json.Obj subject : statement.arr("subject").objects()) {
        if (subject.find("digest").orElse(Json.Null.NULL) instanceof Json.Obj digest
            && digest.find("sha256").orElse(Json.Null.NULL) instanceof Json.Str sha256) {
          digests.add(sha256.value());
        }
      }
    }
    return digests;
  }

  /** Whether whoever signed is trusted, at the time at which the signature is known to have existed, else now. */
  void checkTrust() {
    if (signer == null) {
      return;
    }
    if (key != null) {
      TrustedKey known = rules.keys().find(key.keyId()).orElse(null);
      if (known == null) {
        fail(
            SIGNER_UNKNOWN,
            "key: %s is not trusted here; if its owner confirms this key id, 'esnode trust add' or --key"
                .formatted(key));
      } else {
        checkTrust("key: " + key, known);
      }
      return;
    }
    TrustedIdentity known = identity(signer).orElse(null);
    String name = String.valueOf(signer.identity());
    if (known == null) {
      fail(
          IDENTITY_UNKNOWN,
          "identity: %s is not trusted here; if it is who should sign, 'esnode trust add --identity' with that issuer"
              .formatted(name));
    } else {
      checkTrust("identity: " + name, known);
    }
  }

  private void checkTrust(String who, Trusted known) {
    TrustedKey.Revocation revocation = known.revocation();
    Instant compromised = revocation == null ? null : revocation.compromisedSince();
    Instant when = time == null ? rules.now() : time.at();
    if (revocation != null
        && (time == null || compromised == null || !time.at().isBefore(compromised))) {
      fail(
          SIGNER_REVOKED,
          "%s (%s) was revoked at %s: %s; %s"
              .formatted(
                  who,
                  known.label(),
                  revocation.at(),
                  Excerpt.of(revocation.reason()),
                  time == null
                      ? "no trusted time shows that the signature is older"
                      : "the signature existed at %s, and the key was safe %s"
                          .formatted(
                              time.at(),
                              compromised == null
                                  ? "nobody says until when"
                                  : "until " + compromised)));
    } else if (!known.isValidAt(when)) {
      fail(
          SIGNER_EXPIRED,
          "%s (%s) is trusted from %s until %s, and it %s"
              .formatted(
                  who,
                  known.label(),
                  known.validFrom() == null ? "ever" : known.validFrom(),
                  known.validUntil() == null ? "further notice" : known.validUntil(),
                  time == null
                      ? "is %s; no trusted time shows when it signed".formatted(when)
                      : "signed by %s".formatted(when)));
    } else if (known instanceof TrustedKey trustedKey
        && !trustedKey.purposes().contains(purpose())) {
      fail(
          PURPOSE_MISMATCH,
          "%s (%s) is trusted for %s, and this is %s; 'esnode trust add --purpose' says what a key is for"
              .formatted(
                  who,
                  known.label(),
                  Purpose.words(trustedKey.purposes()),
                  purpose().word()));
    } else {
      trusted = true;
      pass(
          key == null ? IDENTITY_UNKNOWN : SIGNER_UNKNOWN,
          "%s: trusted as %s%s"
              .formatted(
                  key == null ? "identity" : "key",
                  known.label(),
                  revocation == null
                      ? ""
                      : "; valid when made, by %s, and revoked since then".formatted(when)));
    }
  }

  private Purpose purpose() {
    return statement != null
            && statement.find("predicateType").orElse(Json.Null.NULL) instanceof Json.Str type
        ? Purpose.of(type.value())
        : Purpose.EVIDENCE;
  }

  void pass(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, true, message));
  }

  void fail(ReasonCode reason, String message) {
    checks.add(new Verdict.Check(reason, false, message));
  }

  /** Null unless a signature holds. */
  Verdict.@Nullable SignerIdentity signer() {
    return signer;
  }

  /** Null unless its signature holds. */
  Json.@Nullable Obj statement() {
    return statement;
  }

  /** What the statement says of a recording, null if it is about something else. */
  Json.@Nullable Obj manifest() {
    return manifest;
  }

  List<Manifest.RowGroup> rowGroups() {
    return rowGroups;
  }

  @Nullable
  TrustedTime time() {
    return time;
  }

  boolean trusted() {
    return trusted;
  }

  /** Whether somebody signed something that can be compared with the file. */
  boolean signed() {
    return statement != null || plainDigest != null;
  }

  List<String> notPerformed() {
    List<String> lines = new ArrayList<>();
    if (sidecar != null && !signed()) {
      lines.add("digest against the statement: no statement whose signature holds");
    }
    lines.addAll(skipped);
    if (!stampsJudged) {
      lines.add(presence(
          "RFC 3161 time stamp",
          read -> !read.stamps().isEmpty(),
          "a stamp",
          "a trusted authority"));
    }
    if (!entriesJudged) {
      lines.add(presence("transparency log", Sidecar::logged, "an entry", "a trusted root"));
    }
    return lines;
  }

  private String presence(
      String what, Function<Sidecar, Boolean> there, String one, String needed) {
    return sidecar != null && there.apply(sidecar)
        ? "%s: there is %s, and it cannot be checked without %s".formatted(what, one, needed)
        : what + ": none";
  }
}
