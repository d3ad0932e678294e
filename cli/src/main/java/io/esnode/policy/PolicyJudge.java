package io.esnode.policy;

import static io.esnode.signature.ReasonCode.POLICY_AGE;
import static io.esnode.signature.ReasonCode.POLICY_ANCHOR;
import static io.esnode.signature.ReasonCode.POLICY_CLOCK;
import static io.esnode.signature.ReasonCode.POLICY_COVERAGE;
import static io.esnode.signature.ReasonCode.POLICY_DOWNGRADE;
import static io.esnode.signature.ReasonCode.POLICY_DROPS;
import static io.esnode.signature.ReasonCode.POLICY_LOG_INCLUSION;
import static io.esnode.signature.ReasonCode.POLICY_PREDICATE;
import static io.esnode.signature.ReasonCode.POLICY_RECORDER_VERSION;
import static io.esnode.signature.ReasonCode.POLICY_SIGNER;
import static io.esnode.signature.ReasonCode.POLICY_SIMULATED;
import static io.esnode.signature.ReasonCode.POLICY_STREAM;
import static io.esnode.signature.ReasonCode.POLICY_THRESHOLD;
import static io.esnode.signature.ReasonCode.POLICY_TIMESTAMP;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges by a policy. Never throws for what an artefact holds. Thread-safe. */
public final class PolicyJudge {
  /** What an exception may let pass. Inclusion in a log is never taken for given: its rule is taken out instead. */
  static final Set<ReasonCode> WAIVABLE = EnumSet.of(
      POLICY_PREDICATE,
      POLICY_SIGNER,
      POLICY_THRESHOLD,
      POLICY_AGE,
      POLICY_TIMESTAMP,
      POLICY_COVERAGE,
      POLICY_DROPS,
      POLICY_CLOCK,
      POLICY_STREAM,
      POLICY_RECORDER_VERSION,
      POLICY_DOWNGRADE,
      POLICY_SIMULATED,
      POLICY_ANCHOR);

  private final Policy policy;
  private final @Nullable Baseline baseline;
  private final Instant now;

  /**
   * @param baseline what the policy names as such; null where it names none
   * @param now against which ages and exceptions are measured
   */
  public PolicyJudge(Policy policy, @Nullable Baseline baseline, Instant now) {
    if ((policy.baseline() == null) != (baseline == null)) {
      throw new IllegalArgumentException("a baseline where the policy names one, and only there");
    }
    this.policy = policy;
    this.baseline = baseline;
    this.now = now;
  }

  /** One artefact by itself; streams and anchors are judged when all of them are known. */
  public List<PolicyResult> judge(Artefact artefact) {
    Results results = new Results(policy, now, List.of(artefact.verdict().name()));
    predicate(artefact, results);
    signers(artefact.verdict(), results);
    age(artefact, results);
    timestamp(artefact.verdict().time(), results);
    simulated(artefact, results);
    new RecordingJudge(policy, results).judge(artefact);
    if (baseline != null) {
      new DowngradeJudge(baseline, results).judge(artefact);
    }
    if (policy.log()) {
      results.notEvaluable(
          POLICY_LOG_INCLUSION,
          "log: NOT AVAILABLE: this esnode cannot check inclusion in a depository's log, expected it; take the rule out, or wait for the depository");
    }
    return results.all();
  }

  /**
   * Bundles of one stream.
   *
   * @param files that were given of it
   * @param first sequence number given, and {@code last}
   * @param unbroken whether they follow one another
   */
  public List<PolicyResult> judgeStream(
      Collection<String> files, long first, long last, boolean unbroken) {
    Results results = new Results(policy, now, files);
    boolean whole = policy.stream() != Policy.Stream.WHOLE || first == 0;
    if (policy.stream() != Policy.Stream.ANY) {
      results.add(
          POLICY_STREAM,
          unbroken && whole,
          "stream: found numbers %d to %d, %s, expected %s; give all bundles of the stream"
              .formatted(
                  first,
                  last,
                  unbroken ? "each after the one before" : "not one after the other",
                  policy.stream() == Policy.Stream.WHOLE
                      ? "all from number 0 on"
                      : "no hole between them"));
    }
    return results.all();
  }

  /**
   * One recording.
   *
   * @param files its bundles that were given
   * @param open how long it goes on after the last seal that a witness saw; null where none did
   */
  public List<PolicyResult> judgeAnchor(Collection<String> files, @Nullable Duration open) {
    Results results = new Results(policy, now, files);
    Duration most = policy.maxOpen();
    if (most == null) {
      return List.of();
    }
    if (open == null) {
      results.notEvaluable(
          POLICY_ANCHOR,
          "anchor: found no seal that a witness saw, expected one at most %s before the end; --witness FILE"
              .formatted(most));
    } else {
      results.add(
          POLICY_ANCHOR,
          open.compareTo(most) <= 0,
          "anchor: found %s after the last seal that a witness saw, expected at most %s; ask the witness for its later lines"
              .formatted(open, most));
    }
    return results.all();
  }

  /** A recording of which nobody can say where in its stream it stands, or whether its seals hold. */
  public List<PolicyResult> judgeAlone(String file, boolean placed, boolean sealed) {
    Results results = new Results(policy, now, List.of(file));
    if (policy.stream() != Policy.Stream.ANY && !placed) {
      results.notEvaluable(
          POLICY_STREAM,
          "stream: found no place that a signature vouches for, expected one; give the file as it was sealed");
    }
    if (policy.maxOpen() != null && !sealed) {
      results.notEvaluable(
          POLICY_ANCHOR,
          "anchor: found seals that cannot be read or relied on, expected the whole file as it was signed; give the file");
    }
    return results.all();
  }

  /** Whether streams are judged, also those of one bundle. */
  public boolean judgesStreams() {
    return policy.stream() != Policy.Stream.ANY;
  }

  private void predicate(Artefact artefact, Results results) {
    if (!policy.predicateTypes().isEmpty()) {
      results.add(
          POLICY_PREDICATE,
          policy.predicateTypes().contains(artefact.predicateType()),
          "predicate type: found %s, expected %s; attest what is missing"
              .formatted(
                  artefact.predicateType().isEmpty()
                      ? "none"
                      : Json.of(artefact.predicateType()).ascii(),
                  String.join(" or ", policy.predicateTypes().stream().sorted().toList())));
    }
  }

  private void signers(Verdict verdict, Results results) {
    Policy.Signers asked = policy.signers();
    if (asked == null) {
      return;
    }
    long named =
        verdict.trusted().stream().filter(signer -> isNamed(asked, signer)).count();
    if (verdict.trusted().isEmpty()) {
      results.notEvaluable(
          POLICY_SIGNER,
          "signers: found nobody trusted here who signed, expected %d of those that the policy names; 'esnode trust add', or have one sign"
              .formatted(asked.threshold()));
      return;
    }
    results.add(
        POLICY_SIGNER,
        named > 0,
        "signers: found %s, expected one that the policy names; have one who is named sign"
            .formatted(names(verdict.trusted())));
    results.add(
        POLICY_THRESHOLD,
        named >= asked.threshold(),
        "threshold: found %d of those that the policy names, expected %d; have the others sign too"
            .formatted(named, asked.threshold()));
  }

  private static boolean isNamed(Policy.Signers asked, Verdict.SignerIdentity signer) {
    Verdict.Identity identity = signer.identity();
    if (asked.keys().isEmpty() && asked.identities().isEmpty()) {
      return true;
    }
    // The key of a certificate is drawn for one signature: it names nobody.
    return identity == null
        ? asked.keys().contains(signer.keyId())
        : asked.identities().contains(new Policy.Named(identity.issuer(), identity.subject()));
  }

  private static String names(List<Verdict.SignerIdentity> signers) {
    return String.join(
        ", ",
        signers.stream()
            .limit(5)
            .map(signer ->
                signer.identity() == null ? signer.keyId() : signer.identity().toString())
            .toList());
  }

  private void age(Artefact artefact, Results results) {
    Duration most = policy.maxAge();
    if (most == null) {
      return;
    }
    Manifest manifest = artefact.manifest();
    TrustedTime time = artefact.verdict().time();
    Instant end = manifest == null ? null : Instant.EPOCH.plus(manifest.endTs(), ChronoUnit.MICROS);
    if (end == null && time == null) {
      results.notEvaluable(
          POLICY_AGE,
          "age: found neither a recording's end nor a trusted time, expected an age of at most %s; have it stamped"
              .formatted(most));
      return;
    }
    // Whatever was recorded is no younger than its signature, whatever the recorder's clock said.
    boolean byTime = time != null && (end == null || time.at().isBefore(end));
    Instant from = byTime && time != null ? time.at() : end;
    String clock = byTime && time != null
        ? "by the trusted time of " + time.authority()
        : time == null
            ? "by the recorder's own clock, which nobody vouches for"
            : "by the recorder's clock; signed by then, by " + time.authority();
    if (from == null) {
      return;
    }
    Duration age = Duration.between(from, now);
    results.add(
        POLICY_AGE,
        !age.isNegative() && age.compareTo(most) <= 0,
        "age: found %s, from %s to %s, %s, expected %s; %s"
            .formatted(
                age,
                from,
                now,
                clock,
                age.isNegative() ? "no evidence from the future" : "at most " + most,
                age.isNegative() ? "mend the clocks" : "record again"));
  }

  private void timestamp(@Nullable TrustedTime time, Results results) {
    if (policy.timestamp() == Policy.TimeStamp.ANY) {
      return;
    }
    boolean external = policy.timestamp() == Policy.TimeStamp.EXTERNAL;
    results.add(
        POLICY_TIMESTAMP,
        time != null && !(external && time.source() == TrustedTime.Source.SITE_TSA),
        "time stamp: found %s, expected one of %s; have it stamped"
            .formatted(
                time == null
                    ? "none that is trusted here"
                    : "%s by %s (%s)"
                        .formatted(time.at(), time.authority(), time.source().word()),
                external
                    ? "an authority that is not the site's own"
                    : "an authority trusted here"));
  }

  private void simulated(Artefact artefact, Results results) {
    if (!policy.allowSimulated()) {
      results.add(
          POLICY_SIMULATED,
          !artefact.simulated(),
          artefact.simulated()
              ? "simulated: found simulated evidence, expected a recording of the system itself; use one"
              : "simulated: nothing here says so");
    }
  }
}
