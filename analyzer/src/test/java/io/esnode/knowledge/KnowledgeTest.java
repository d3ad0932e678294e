package io.esnode.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KnowledgeTest {
  private static final Path PAGE = Path.of("../docs/reference/knowledge.md");

  static Stream<KnowledgeTable> tables() {
    return Knowledge.get().tables().stream();
  }

  @Test
  void everyFileOfTheDirectoryIsATable() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("knowledge"))) {
      List<String> names = files
          .map(f -> f.getFileName().toString().replace(".csv", ""))
          .filter(n -> !n.equals("tables") && !n.equals("columns"))
          .sorted()
          .toList();

      assertThat(tables().map(KnowledgeTable::name)).containsExactlyElementsOf(names);
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void firstColumnNamesARow(KnowledgeTable table) {
    assertThat(table.rows())
        .isNotEmpty()
        .extracting(r -> r.get(0))
        .doesNotContainNull()
        .doesNotHaveDuplicates();
  }

  /** A criterion is quoted; what to do with a machine is somebody else's decision. */
  @ParameterizedTest
  @MethodSource("tables")
  void nothingTellsAnybodyToExchangeHardware(KnowledgeTable table) {
    assertThat(table.rows())
        .allSatisfy(row -> assertThat(row.stream()
                .map(String::valueOf)
                .filter(t -> !t.contains("docs.nvidia.com"))
                .map(t -> t.toLowerCase(Locale.ROOT)))
            .noneMatch(t -> t.matches(".*\\brma\\b.*") || t.contains("replacement")));
  }

  @Test
  void columnThatIsNotDeclaredIsRefused() {
    Csv csv = Csv.parse("t.csv", "xid,nme\n1,a\n");
    List<KnowledgeTable.Column> columns = List.of(
        new KnowledgeTable.Column("xid", true, "Number"),
        new KnowledgeTable.Column("name", false, "Name"));

    assertThatThrownBy(() -> KnowledgeTable.of(List.of("t", "1", "s", "t"), columns, "00", csv))
        .hasMessage("t line 1: columns [xid, nme], expected [xid, name]");
  }

  @Test
  void wordInAnIntegerColumnIsRefused() {
    Csv csv = Csv.parse("t.csv", "xid\nseven\n");
    List<KnowledgeTable.Column> columns = List.of(new KnowledgeTable.Column("xid", true, "Number"));

    assertThatThrownBy(() -> KnowledgeTable.of(List.of("t", "1", "s", "t"), columns, "00", csv))
        .hasMessage("t line 2: xid is \"seven\", expected an integer");
  }

  @Test
  void quotedFieldHoldsCommasAndQuotes() {
    assertThat(Csv.parse("t.csv", "a,b\n\"x, \"\"y\"\"\",\n").rows())
        .containsExactly(List.of("x, \"y\"", ""));
  }

  @FuzzTest
  void anyTextIsATableOrRefused(byte[] data) {
    try {
      assertThat(Csv.parse("t.csv", new String(data, StandardCharsets.UTF_8)).header())
          .isNotEmpty();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).startsWith("t.csv");
    }
  }

  /** {@code docs/reference/knowledge.md} is made from the tables; {@code -Dgolden=update} writes it again. */
  @Test
  void pageListsTheTables() throws Exception {
    String expected = page();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, expected);
    }

    assertThat(PAGE)
        .as("made from analyzer/knowledge; -Dgolden=update writes it")
        .hasContent(expected);
  }

  private static String page() {
    StringBuilder page = new StringBuilder("""
        # Knowledge tables

        What is published about GPUs, as tables that rules join and that stand beside every bundle's views:

        ```
        $ esnode query bundle.parquet "SELECT name, likely_causes, recommended_action FROM xid_catalog WHERE xid = 79"
        ```

        Made from `analyzer/knowledge/*.csv`: `tables.csv` names a table, `columns.csv` types it, a file of its own holds it. The ledger
        carries version and SHA-256 of every table (`engine.knowledge[]`), because they change. Facts come from the sources named;
        causes and actions are our own words. A row of `xid_catalog` with `action_source` = `inferred` has no NVIDIA bucket.
        Where tools and operators judge a code otherwise, `conflict_note` says so.

        """);
    tables().forEach(table -> {
      page.append(
          "## %s\n\n%s. %s rows, version %s, from %s.\n\n| column | type | |\n|---|---|---|\n"
              .formatted(
                  table.name(),
                  table.title(),
                  table.rows().size(),
                  table.version(),
                  table.source()));
      table
          .columns()
          .forEach(c -> page.append("| `%s` | %s | %s |\n"
              .formatted(c.name(), c.integer() ? "int64" : "text", c.title())));
      page.append('\n');
    });
    return page.toString().stripTrailing() + "\n";
  }
}
