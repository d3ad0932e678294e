package io.esnode.report;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The files that the report rests on: their digests, who signed them, the machine they say they come from, and whose hands they went through. */
final class Custody {
  private final Ledger ledger;
  private final Standing standing;
  private final List<Handover> handovers;
  private final Numbers numbers;

  Custody(Ledger ledger, Standing standing, List<Handover> handovers, Numbers numbers) {
    this.handovers = handovers;
    this.ledger = ledger;
    this.standing = standing;
    this.numbers = numbers;
  }

  Fields fields() {
    return new Fields()
        .list("bundles", ledger.bundles().stream().map(this::bundle).toList())
        .flag("several", ledger.bundles().size() > 1)
        .part(
            "handovers",
            Table.of(
                numbers,
                "custody",
                Table.first(handovers).stream().map(Custody::handover).toList(),
                handovers.size()));
  }

  private static Map<String, Object> handover(Handover handover) {
    return new Fields()
        .text("artefact", handover.artefact())
        .text("at", handover.at())
        .text("actor", handover.actor())
        .prose("purpose", handover.purpose())
        .text("match", handover.match())
        .text("trust", handover.trust())
        .map();
  }

  private Map<String, Object> bundle(AnalyzedBundle bundle) {
    String path = "bundles[%s]".formatted(bundle.ordinal());
    Window window = Window.of(bundle.startTs(), bundle.endTs());
    return new Fields()
        .text("name", bundle.name())
        .text("sha256", bundle.sha256())
        .number(
            "size",
            numbers.fact(
                path + ".size_bytes",
                "Size of " + bundle.name(),
                Long.toString(bundle.sizeBytes()),
                "B"))
        .number("rows", numbers.count(path + ".rows", "Rows of " + bundle.name(), bundle.rows()))
        .text("recordingId", bundle.recordingId())
        .text("node", bundle.node())
        .text("bootId", bundle.bootId())
        .flag("simulated", bundle.simulated())
        .text("recorder", "esnode " + bundle.recorderVersion())
        .text("window", window.text() + " UTC")
        .text("duration", window.duration())
        .text("trust", standing.vouched() ? bundle.trust() : "The ledger claims: " + bundle.trust())
        .prose("trustReason", bundle.trustReason())
        .text("keyId", Objects.requireNonNullElse(bundle.keyId(), "none"))
        .text("label", Objects.requireNonNullElse(bundle.signerLabel(), ""))
        .text("manifestSha256", bundle.manifestSha256())
        .part("inventory", inventory(path, bundle))
        .map();
  }

  private Fields inventory(String path, AnalyzedBundle bundle) {
    List<Map<String, Object>> rows = new ArrayList<>();
    new TreeMap<>(bundle.inventory())
        .forEach(
            (k, v) -> rows.add(new Fields().text("name", k).text("value", v).map()));
    return Table.of(numbers, path + ".inventory", rows, rows.size());
  }
}
