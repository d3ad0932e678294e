package io.esnode.report;

import io.esnode.ledger.Ledger;
import java.nio.charset.StandardCharsets;

/** What the report was made of and by: digests of the ledger and of the template, names of the programs. */
final class Colophon {
  private static final int SHORT_DIGITS = 16;

  private final Ledger ledger;
  private final String ledgerSha256;

  /** @param ledgerSha256 of the bytes that travel with the report */
  Colophon(Ledger ledger, String ledgerSha256) {
    this.ledger = ledger;
    this.ledgerSha256 = ledgerSha256;
  }

  Fields fields() {
    return new Fields()
        .text("digest", "SHA-256")
        .text("ledgerSha256", ledgerSha256)
        .text("ledgerShort", ledgerSha256.substring(0, SHORT_DIGITS))
        .text("tool", "esnode " + ledger.toolVersion())
        .text("renderer", PdfWriter.PRODUCER)
        .text("templateSha256", templateSha256());
  }

  /** Everything that shapes a page besides the ledger: template, style sheets. */
  private static String templateSha256() {
    return Assets.sha256((Assets.text("templates/incident/report.ftlh")
            + Assets.text("templates/theme.css")
            + Assets.text("templates/report.css")
            + Assets.text("templates/screen.css")
            + Assets.text("templates/paper.css"))
        .getBytes(StandardCharsets.UTF_8));
  }
}
