package io.esnode.report;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Ledger;
import io.esnode.signature.TrustState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who stands behind what the report says: the worse of what the ledger says of its evidence and who stands behind the
 * ledger itself.
 */
final class Standing {
  private final TrustState ledger;
  private final TrustState worst;
  private final String claimed;
  private final List<String> labels;

  /** @param file who stands behind the ledger itself */
  Standing(Ledger ledger, TrustState file) {
    this.ledger = file;
    this.worst = ReportRenderer.trust(ledger, file);
    this.claimed = ledger.trust();
    this.labels = ledger.bundles().stream()
        .map(AnalyzedBundle::signerLabel)
        .filter(Standing::given)
        .distinct()
        .toList();
  }

  TrustState worst() {
    return worst;
  }

  /** Whether what the ledger says of signatures was checked, or is said by somebody we trust. */
  boolean vouched() {
    return ledger == TrustState.TRUSTED_SIGNER;
  }

  /** The banner on the front page. */
  Fields fields() {
    return new Fields()
        .text("words", worst.words())
        .verbatim("css", css())
        .prose("sentence", vouched() ? sentence() : hearsay());
  }

  private String css() {
    return switch (worst) {
      case TRUSTED_SIGNER -> "trusted";
      case SIGNER_UNKNOWN -> "unknown";
      case UNSIGNED, REFUSED -> "unsigned";
    };
  }

  private String hearsay() {
    return (ledger == TrustState.UNSIGNED
            ? "This report was made from a ledger without signature. "
            : "This report was made from a ledger whose signer nobody here vouches for. ")
        + "What the ledger says of its evidence (" + claimed
        + ") is a claim: make the report from the bundles to have it checked.";
  }

  private String sentence() {
    return switch (worst) {
      case TRUSTED_SIGNER ->
        "The signature holds: the evidence is unchanged since it was signed, and the key that signed it is trusted here"
            + (labels.isEmpty() ? "." : " as " + String.join(", ", labels) + ".");
      case SIGNER_UNKNOWN ->
        "The signature holds: the evidence is unchanged since it was signed. Nobody here vouches for the key that"
            + " signed it, so who recorded it is not shown.";
      case UNSIGNED, REFUSED ->
        "There is no signature. Nothing shows who recorded this evidence, or that it is unchanged. Treat every"
            + " statement below as a claim.";
    };
  }

  private static boolean given(@Nullable String label) {
    return label != null;
  }
}
