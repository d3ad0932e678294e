package io.esnode.report;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Ledger;
import io.esnode.signature.TrustState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The commands with which a reader checks the report without trusting it. */
final class OwnChecks {
  /** Commands up to this length stay on one page. */
  private static final int BRIEF_LINES = 25;

  private final Ledger ledger;
  private final Standing standing;
  private final PresentFindings present;
  private final String ledgerSha256;

  /** @param ledgerSha256 of the bytes that travel with the report */
  OwnChecks(Ledger ledger, Standing standing, PresentFindings present, String ledgerSha256) {
    this.ledger = ledger;
    this.standing = standing;
    this.present = present;
    this.ledgerSha256 = ledgerSha256;
  }

  Fields fields() {
    List<String> names =
        ledger.bundles().stream().map(AnalyzedBundle::name).map(Shell::file).toList();
    String files = String.join(" ", names);
    boolean unsigned = standing.worst() == TrustState.UNSIGNED && standing.vouched();
    List<Map<String, Object>> commands = new ArrayList<>();
    commands.add(command("The files are the ones this report was made from.", sums()));
    commands.add(unsigned ? unsigned(files) : signed(files));
    commands.add(analysis(files, unsigned));
    example().ifPresent(figure -> commands.add(byHand(figure, names.get(0))));
    return new Fields().list("commands", commands);
  }

  private String sums() {
    StringBuilder sums = new StringBuilder("sha256sum --check <<'END'\n");
    for (AnalyzedBundle bundle : ledger.bundles()) {
      sums.append(bundle.sha256())
          .append("  ")
          .append(bundle.name().replace('\n', '?'))
          .append('\n');
    }
    return sums.append("END").toString();
  }

  private static Map<String, Object> signed(String files) {
    return command(
        "The signature holds, and you know who signed. Get the signer's public key by a way of your own, not with"
            + " this report.",
        "esnode verify --key signer.pub " + files);
  }

  private static Map<String, Object> unsigned(String files) {
    return command(
        "There is no signature to check; this says so, with a status of its own.",
        "esnode verify " + files);
  }

  private Map<String, Object> analysis(String files, boolean unsigned) {
    String key = standing.worst() == TrustState.SIGNER_UNKNOWN ? " --key signer.pub" : "";
    return command(
        "The analysis gives the same ledger, byte for byte: the digest must be " + ledgerSha256
            + ".",
        "esnode analyze%s%s --out check.analysis.json %s\nsha256sum check.analysis.json"
            .formatted(unsigned ? " --unsigned" : "", key, files));
  }

  private Map<String, Object> byHand(Figure figure, String file) {
    return command(
        "One figure by hand: column %s%s must be %s (%s)."
            .formatted(
                figure.column(),
                figure.key().isEmpty() ? "" : ", row " + figure.key() + ",",
                figure.value(),
                figure.id()),
        "esnode query %s %s".formatted(file, Shell.word(sql(figure.query()))));
  }

  private static Map<String, Object> command(String what, String line) {
    return new Fields()
        .prose("what", what)
        .code("line", line)
        .flag("brief", line.lines().count() <= BRIEF_LINES)
        .map();
  }

  /** A figure of the worst finding, or any. */
  private Optional<Figure> example() {
    return present.all().stream()
        .flatMap(m -> m.finding().figures().stream())
        .findFirst()
        .map(ledger::figure)
        .or(() -> ledger.figures().stream().findFirst());
  }

  private String sql(String queryId) {
    return ledger.queries().stream()
        .filter(q -> q.id().equals(queryId))
        .map(q -> q.sql().strip())
        .findFirst()
        .orElseThrow();
  }
}
