package io.esnode.signature;

import java.util.Set;

/** What a statement of esnode's can say about a file; a verifier accepts only the types it was told. */
public final class PredicateType {
  /** A recording: the predicate's member {@code manifest} is the manifest in the bundle's footer. */
  public static final String RECORDING = "https://esnode.io/attestations/recording/v1";

  /** A recording of which some rows are not from the system itself. */
  public static final String SIMULATED_RECORDING =
      "https://esnode.io/attestations/simulated-recording/v1";

  /** A ledger ({@code analysis.json}). */
  public static final String ANALYSIS = "https://esnode.io/attestations/analysis/v1";

  /** A rendered report. */
  public static final String REPORT = "https://esnode.io/attestations/report/v1";

  /** A benchmark or readiness certificate. */
  public static final String CERTIFICATE = "https://esnode.io/attestations/certificate/v1";

  /** A transfer of an artefact from one hand to another. */
  public static final String CUSTODY = "https://esnode.io/attestations/custody/v1";

  /** A policy of {@code esnode verify}. */
  public static final String POLICY = "https://esnode.io/attestations/policy/v1";

  /** A change of trust: a key added, retired or revoked. */
  public static final String KEY_EVENT = "https://esnode.io/attestations/key-event/v1";

  /** Any other file, signed as it is, with a reason. */
  public static final String FILE = "https://esnode.io/attestations/file/v1";

  /** How an artefact was made from others (SLSA Provenance v1). */
  public static final String PROVENANCE = "https://slsa.dev/provenance/v1";

  /** What a gate decided (SLSA Verification Summary v1). */
  public static final String VERIFICATION_SUMMARY = "https://slsa.dev/verification_summary/v1";

  /** Not a type: accepted means that a signature without a statement is enough. */
  public static final String NONE = "none";

  /** What a bundle may be. */
  public static final Set<String> RECORDINGS = Set.of(RECORDING, SIMULATED_RECORDING);

  /** Everything esnode signs. */
  public static final Set<String> ALL = Set.of(
      RECORDING,
      SIMULATED_RECORDING,
      ANALYSIS,
      REPORT,
      CERTIFICATE,
      CUSTODY,
      POLICY,
      KEY_EVENT,
      FILE,
      PROVENANCE,
      VERIFICATION_SUMMARY);

  private PredicateType() {}
}
