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

  /** What a bundle may be. */
  public static final Set<String> RECORDINGS = Set.of(RECORDING, SIMULATED_RECORDING);

  /** Everything esnode signs. */
  public static final Set<String> ALL = Set.of(RECORDING, SIMULATED_RECORDING, ANALYSIS, REPORT);

  private PredicateType() {}
}
