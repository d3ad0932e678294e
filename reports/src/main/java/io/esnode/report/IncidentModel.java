package io.esnode.report;

import io.esnode.ledger.Ledger;
import io.esnode.signature.TrustState;
import java.util.ArrayList;
import java.util.List;

/**
 * What the incident template sees of a ledger that {@link LedgerCheck} has passed: words, ordered lists, formatted numbers.
 * Each section is a class of its own; the order in which they ask for numbers is the order of the list at the end.
 */
final class IncidentModel {
  private IncidentModel() {}

  /**
   * @param file who stands behind the ledger itself
   * @param ledgerSha256 of the bytes that travel with the report
   * @param handovers the custody logs of what was given, verified
   * @param pdf whether it is for the PDF or for the page
   */
  static Fields of(
      Ledger ledger, TrustState file, String ledgerSha256, List<Handover> handovers, boolean pdf) {
    Numbers numbers = new Numbers(ledger);
    Standing standing = new Standing(ledger, file);
    CitedQueries queries = new CitedQueries(ledger, numbers);
    PresentFindings present = new PresentFindings(ledger, numbers);
    Charts charts = new Charts(ledger, present, queries, numbers, pdf);
    FindingPages findings = new FindingPages(ledger, present, queries, charts, numbers);
    return new Fields()
        .flag("pdf", pdf)
        .add(new FrontPage(ledger, standing).fields())
        .add(new RecordingQuality(ledger, standing, numbers).fields())
        .add(findings.fields())
        .add(new Causes(ledger, present, numbers).fields())
        .add(charts.fields())
        .add(new OtherRules(ledger, queries, numbers).fields())
        .add(new Custody(ledger, standing, handovers, numbers).fields())
        .add(new OwnChecks(ledger, standing, present, ledgerSha256).fields())
        .list("notPerformed", notPerformed(ledger))
        .add(new Colophon(ledger, ledgerSha256).fields())
        .add(new Appendix(ledger, queries, numbers).fields())
        .list("facts", numbers.facts());
  }

  private static List<String> notPerformed(Ledger ledger) {
    List<String> all = new ArrayList<>(Table.first(ledger.notPerformed()).stream()
        .map(n -> SafeText.line(n, SafeText.PROSE))
        .toList());
    all.add("Comparison of this rendering with a second renderer: not performed.");
    return all;
  }
}
