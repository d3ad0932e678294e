package io.esnode.keyless;

import static io.esnode.signature.ReasonCode.CERTIFICATE_INVALID;
import static io.esnode.signature.ReasonCode.LOG_ENTRY_INVALID;
import static io.esnode.signature.ReasonCode.SIDECAR_MALFORMED;
import static io.esnode.signature.ReasonCode.SIGNATURE_INVALID;
import static io.esnode.signature.ReasonCode.SIGNATURE_VALID;
import static io.esnode.signature.ReasonCode.TIMESTAMP_INVALID;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import io.esnode.signer.Dsse;
import io.esnode.signer.Excerpt;
import io.esnode.signer.Judgement;
import io.esnode.signer.KeylessVerifier;
import io.esnode.signer.Sidecar;
import io.esnode.signer.SidecarException;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Verifies Sigstore bundles by a trusted root that somebody chose, offline. A bundle with a certificate holds if at each trusted
 * time (time stamp of an authority of the root, promise of a log of the root), and there is at least one, the certificate was
 * valid and led to an authority in use, a certificate log in use saw it, the signature is its holder's, and every log entry
 * repeats it. Thread-safe.
 */
public final class SigstoreVerifier implements KeylessVerifier {
  private static final int MAX_ENTRIES = 16;

  private final TrustedRoot root;
  private final Stamps stamps;

  /**
   * By the authorities and logs of this root alone.
   *
   * @param trustedRoot {@code trusted_root.json}, UTF-8
   * @throws TrustedRootException if it cannot be read, or says less than it must
   */
  public SigstoreVerifier(byte[] trustedRoot) throws TrustedRootException {
    this.root = TrustedRoot.parse(trustedRoot);
    this.stamps = new Stamps(root);
  }

  /** Sigstore's public instance as of November 2026, for whoever asks for it. Nobody trusts it by default. */
  public static byte[] publicGoodRoot() {
    try (InputStream packaged = Objects.requireNonNull(
        SigstoreVerifier.class.getResourceAsStream("public-good-trusted-root.json"))) {
      return packaged.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Judgement certificate(byte[] sidecar) {
    return judge(examination -> examination.certificate(sidecar));
  }

  @Override
  public Judgement logEntries(byte[] sidecar, VerifyingKey key) {
    return judge(examination -> examination.logEntries(sidecar, key));
  }

  private Judgement judge(Step step) {
    Examination examination = new Examination();
    try {
      step.run(examination);
    } catch (Refusal e) {
      return examination.refused(e.reason(), e.line());
    } catch (SidecarException | JsonException e) {
      return examination.refused(SIDECAR_MALFORMED, "sidecar: " + e.getMessage());
    } catch (RuntimeException e) {
      // sigstore-java and the ASN.1 readers let unchecked exceptions out on hostile input.
      return examination.refused(
          SIDECAR_MALFORMED, "sidecar: cannot be read (%s)".formatted(Excerpt.of(e.toString())));
    }
    return examination.judgement();
  }

  @FunctionalInterface
  private interface Step {
    void run(Examination examination) throws Refusal, SidecarException, JsonException;
  }

  /** One sidecar. Used once. */
  private final class Examination {
    private final List<Verdict.Check> checks = new ArrayList<>();
    private final List<String> notPerformed = new ArrayList<>();
    private final List<TrustedTime> times = new ArrayList<>();
    private Optional<Verdict.SignerIdentity> signer = Optional.empty();

    void certificate(byte[] bytes) throws Refusal, SidecarException, JsonException {
      Sidecar sidecar = Sidecar.parse(bytes);
      Json.Obj json = JsonReader.object(bytes);
      Leaf leaf = Leaf.of(certificates(json.obj("verificationMaterial")));
      checkSignature(sidecar, leaf);
      List<LogEntry> entries = checkEntries(json, Signed.of(sidecar, leaf.der(), true));
      if (entries.isEmpty()) {
        throw new Refusal(LOG_ENTRY_INVALID, "log entry: none, expected at least one");
      }
      checkStamps(sidecar);
      if (times.isEmpty()) {
        throw new Refusal(
            sidecar.stamps().isEmpty() ? CERTIFICATE_INVALID : TIMESTAMP_INVALID,
            sidecar.stamps().isEmpty()
                ? "certificate: no time stamp and no promise of a log shows when it was used"
                : "time stamp: not by an authority of the trusted root, and nothing else shows the time");
      }
      for (TrustedTime time : times) {
        leaf.check(time.at(), root);
        for (LogEntry entry : entries) {
          checkTime(entry, time.at());
        }
      }
      pass(
          CERTIFICATE_INVALID,
          "certificate: of %s, valid when it was used".formatted(leaf.identity()));
      signer = Optional.of(new Verdict.SignerIdentity(leaf.keyId(), null, leaf.identity()));
    }

    void logEntries(byte[] bytes, VerifyingKey key)
        throws Refusal, SidecarException, JsonException {
      checkEntries(JsonReader.object(bytes), Signed.of(Sidecar.parse(bytes), key.spki(), false));
    }

    private void checkSignature(Sidecar sidecar, Leaf leaf) throws Refusal {
      boolean holds = sidecar
          .payload()
          .map(payload -> Signatures.holds(
              leaf.key(),
              Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload),
              sidecar.signature()))
          .orElseGet(() -> Signatures.holdsOfDigest(
              leaf.key(), sidecar.messageDigest().orElseThrow(), sidecar.signature()));
      if (!holds) {
        throw new Refusal(
            SIGNATURE_INVALID,
            "signature: does not match the certificate's key %s; the sidecar was changed, or another key made it"
                .formatted(leaf.keyId()));
      }
      pass(SIGNATURE_VALID, "signature: by the certificate's key " + leaf.keyId());
    }

    private List<LogEntry> checkEntries(Json.Obj json, Signed signed)
        throws Refusal, JsonException {
      List<Json.Obj> found = Members.objects(json.obj("verificationMaterial"), "tlogEntries");
      if (found.size() > MAX_ENTRIES) {
        throw new JsonException(
            "tlogEntries: found %d, expected at most %d".formatted(found.size(), MAX_ENTRIES));
      }
      boolean provable = !json.text("mediaType").endsWith("version=0.1");
      List<LogEntry> entries = new ArrayList<>();
      for (Json.Obj each : found) {
        try {
          LogEntry entry = LogEntry.of(each, root);
          entry.check(signed, provable, root);
          entries.add(entry);
          Instant time = entry.time();
          if (time != null) {
            times.add(new TrustedTime(time, TrustedTime.Source.LOG, entry.log().toString()));
          }
          pass(
              LOG_ENTRY_INVALID,
              "log entry: in %s%s".formatted(entry.log(), time == null ? "" : " since " + time));
        } catch (Refusal e) {
          throw inEntry(e);
        }
      }
      return entries;
    }

    private void checkTime(LogEntry entry, Instant time) throws Refusal {
      try {
        entry.checkTime(time);
      } catch (Refusal e) {
        throw inEntry(e);
      }
    }

    private static Refusal inEntry(Refusal e) {
      return new Refusal(e.reason(), "log entry: " + e.line(), e);
    }

    private void checkStamps(Sidecar sidecar) throws Refusal {
      for (byte[] stamp : sidecar.stamps()) {
        Optional<TrustedTime> time = stamps.time(sidecar.signature(), stamp);
        if (time.isPresent()) {
          times.add(time.get());
          pass(
              TIMESTAMP_INVALID,
              "time stamp: %s by %s".formatted(time.get().at(), time.get().authority()));
        } else {
          notPerformed.add("RFC 3161 time stamp: whoever made it is not in the trusted root");
        }
      }
    }

    private void pass(ReasonCode reason, String message) {
      checks.add(new Verdict.Check(reason, true, message));
    }

    Judgement refused(ReasonCode reason, String message) {
      checks.add(new Verdict.Check(reason, false, message));
      return new Judgement(checks, notPerformed, null, null);
    }

    Judgement judgement() {
      return new Judgement(
          checks,
          notPerformed,
          signer.orElse(null),
          times.stream().min(Comparator.comparing(TrustedTime::at)).orElse(null));
    }
  }

  private static List<byte[]> certificates(Json.Obj material) throws JsonException {
    List<byte[]> found = new ArrayList<>();
    if (material.has("certificate") && material.has("x509CertificateChain")) {
      throw new JsonException("found certificate and x509CertificateChain, expected one of them");
    }
    if (material.has("certificate")) {
      found.add(Members.base64(material.obj("certificate"), "rawBytes"));
    }
    if (material.has("x509CertificateChain")) {
      for (Json.Obj each :
          material.obj("x509CertificateChain").arr("certificates").objects()) {
        found.add(Members.base64(each, "rawBytes"));
      }
    }
    return found;
  }
}
