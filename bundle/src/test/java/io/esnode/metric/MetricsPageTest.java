package io.esnode.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/metrics.md} is made from the registry; {@code -Dgolden=update} writes it again. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("../docs/reference/metrics.md");

  @Test
  void pageListsTheRegistry() throws IOException {
    String expected = page(Registry.get());
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, expected);
    }

    assertThat(PAGE).as("made from metrics.csv; -Dgolden=update writes it").hasContent(expected);
  }

  private static String page(Registry registry) {
    StringBuilder page = new StringBuilder("""
                # Metrics

                Every column esnode records, made from `bundle/src/main/resources/io/esnode/metric/metrics.csv`.
                A value that could not be read is absent, and a row of the table `gap` says why; it is never zero.
                `DECIMAL2` is an exact decimal with two places, `DOUBLE` an IEEE 754 number with the bits its source gave. A counter only grows, until whoever counts starts again.
                """);
    for (Table table : registry.tables()) {
      page.append("\n## ").append(table.name()).append("\n\n");
      page.append(
          "| column | type | unit | kind | since driver | cadence | what it is | read from |\n");
      page.append("|---|---|---|---|---|---|---|---|\n");
      table.columns().forEach(metric -> page.append(line(metric)));
    }
    return page.toString();
  }

  private static String line(Metric metric) {
    return "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            metric.column(),
            metric.type(),
            cell(metric.unit()),
            metric.kind().name().toLowerCase(Locale.ROOT),
            cell(metric.sinceDriver()),
            metric.cadence(),
            cell(metric.title()),
            cell(metric.source()));
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_");
  }
}
