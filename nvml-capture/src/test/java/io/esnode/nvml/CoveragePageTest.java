package io.esnode.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/nvml-coverage.md} is made from the tables of the headers, from what {@code io.esnode.capture} says it asks, and from
 * {@code coverage.csv}, which gives the reasons. {@code -Dgolden=update} writes it again.
 */
class CoveragePageTest {
  private static final Path PAGE = Path.of("../docs/nvml-coverage.md");
  private static final Path CAPTURE = Path.of("src/main/java/io/esnode/capture");

  /** A line of coverage.csv. */
  private record Reason(String kind, Pattern names, String text) {}

  /** A line of the page: used where {@code when} says when. */
  private record Line(
      String first,
      String name,
      String since,
      String deprecated,
      Optional<String> when,
      String why) {}

  private final List<Reason> reasons = reasons();
  private final Map<String, Set<String>> cadences = new HashMap<>();
  private final String program = program();

  CoveragePageTest() throws IOException {
    for (List<String> cell : table("/io/esnode/capture/plan.csv")) {
      String asked = cell.get(8).equals("field") ? cell.get(5) : cell.get(3);
      cadences.computeIfAbsent(asked, name -> new TreeSet<>()).add(cell.get(2));
      cadences.computeIfAbsent(cell.get(3), name -> new TreeSet<>()).add(cell.get(2));
    }
    for (List<String> cell : table("/io/esnode/capture/baseline.csv")) {
      cadences.computeIfAbsent(cell.get(1), name -> new TreeSet<>()).add("at start");
    }
  }

  @Test
  void everyFunctionAndFieldIsUsedOrHasAReason() throws IOException {
    assertThat(Stream.concat(functions().stream(), fields().stream())
            .filter(line -> line.why.isEmpty())
            .map(Line::name))
        .as("neither asked by io.esnode.capture nor explained in coverage.csv")
        .isEmpty();
  }

  @Test
  void everyReasonIsNeeded() throws IOException {
    List<String> names =
        Stream.concat(functions().stream(), fields().stream()).map(Line::name).toList();

    assertThat(reasons.stream()
            .filter(reason ->
                names.stream().noneMatch(name -> reason.names.matcher(name).matches()))
            .map(reason -> reason.names.pattern()))
        .isEmpty();
  }

  @Test
  void pageListsTheHeaders() throws IOException {
    String expected = page();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, expected);
    }

    assertThat(PAGE)
        .as(
            "made from functions.csv, field_ids.csv, plan.csv and coverage.csv; -Dgolden=update writes it")
        .hasContent(expected);
  }

  private String page() throws IOException {
    List<Line> functions = functions();
    List<Line> fields = fields();
    return """
        # NVML, function by function

        What nvml.h offers (26 revisions, 11.3 to 13.3), what esnode asks for, and why not for the rest. "Since" is the header that
        first has the name, and the driver branch it came with; a driver that lacks a name leaves its metrics absent, with code
        13 for a function or 3 for a field. Nothing that changes a device is ever called: the port has no such function. That a
        driver honours its header is not yet verified on silicon.

        Used: %s of %s functions, %s of %s meanings of field numbers.
        """.formatted(
                count(functions),
                Integer.toString(functions.size()),
                count(fields),
                Integer.toString(fields.size()))
        + section("Functions asked", "function", functions, true)
        + section("Functions not asked", "function", functions, false)
        + "\nA number that stands twice was renumbered: it means one or the other, by header.\n"
        + section("Fields asked", "field", fields, true)
        + section("Fields not asked", "field", fields, false);
  }

  private static String count(List<Line> lines) {
    return Long.toString(lines.stream().filter(line -> line.when.isPresent()).count());
  }

  private static String section(String title, String what, List<Line> lines, boolean used) {
    boolean numbered = what.equals("field");
    StringBuilder page = new StringBuilder("\n## " + title + "\n\n");
    page.append(numbered ? "| number " : "").append("| ").append(what);
    page.append(" | since | deprecated since | ")
        .append(used ? "when" : "why not")
        .append(" |\n");
    page.append(numbered ? "|---" : "").append("|---|---|---|---|\n");
    for (Line line : lines) {
      if (line.when.isPresent() == used) {
        page.append(numbered ? "| " + line.first + " " : "")
            .append("| `%s` | %s | %s | %s |\n"
                .formatted(line.name, line.since, line.deprecated, line.why));
      }
    }
    return page.toString();
  }

  private List<Line> functions() throws IOException {
    List<Line> lines = new ArrayList<>();
    for (FunctionTable.Row row : FunctionTable.rows()) {
      Optional<String> when = whenAsked(row.name());
      String gone = row.isInNewest() ? row.deprecatedSince() : "gone from 13.3";
      String why = when.orElseGet(() -> reason("none", row.name()));
      lines.add(new Line("", row.name(), since(row.since(), row.firstHeader()), gone, when, why));
    }
    return lines;
  }

  private Optional<String> whenAsked(String function) {
    if (cadences.containsKey(function)) {
      return Optional.of(cadence(cadences.get(function)));
    }
    for (NvmlFunction known : NvmlFunction.values()) {
      if (known.symbol().equals(function) && mentions(known.name())) {
        return Optional.of(reason("use", function));
      }
    }
    return Optional.empty();
  }

  private List<Line> fields() {
    List<Line> lines = new ArrayList<>();
    for (FieldCatalog.Field field : FieldCatalog.fields()) {
      Set<String> asked = cadences.get(field.shortName());
      Optional<String> when = asked == null ? Optional.empty() : Optional.of(cadence(asked));
      String since = since(headerText(field.fromHeader()), field.fromHeader());
      String until =
          field.toHeader() == Integer.MAX_VALUE ? "" : " to " + headerText(field.toHeader());
      String deprecated = field.note().contains("deprecated") ? "yes" : "";
      lines.add(new Line(
          Integer.toString(field.number()),
          field.name(),
          since + until,
          deprecated,
          when,
          when.orElseGet(() -> reason("field-none", field.name()))));
    }
    return lines;
  }

  private String reason(String kind, String name) {
    for (Reason reason : reasons) {
      if (reason.kind.equals(kind) && reason.names.matcher(name).matches()) {
        return reason.text;
      }
    }
    return "";
  }

  private boolean mentions(String constant) {
    return Pattern.compile("\\b" + constant + "\\b").matcher(program).find();
  }

  private static String cadence(Set<String> of) {
    List<String> words = new ArrayList<>();
    for (String cadence : of) {
      words.add(
          switch (cadence) {
            case "tick" -> "every tick";
            case "medium" -> "10 s";
            case "slow" -> "60 s";
            default -> cadence;
          });
    }
    return String.join(", ", words);
  }

  private static String since(String header, int number) {
    OptionalInt branch = NvmlHeader.branch(number);
    if (number == 0) {
      return "before 11.3";
    }
    return branch.isEmpty()
        ? header
        : "%s (R%s)".formatted(header, Integer.toString(branch.getAsInt()));
  }

  private static String headerText(int header) {
    return "%d.%d".formatted(header / 100, header % 100);
  }

  private static String program() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(CAPTURE)) {
      for (Path file : files.sorted().toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  private static List<Reason> reasons() throws IOException {
    List<Reason> reasons = new ArrayList<>();
    for (List<String> cell : table("coverage.csv")) {
      String text = String.join(",", cell.subList(2, cell.size()));
      boolean quoted = text.startsWith("\"");
      reasons.add(new Reason(
          cell.get(0),
          Pattern.compile(cell.get(1)),
          quoted ? text.substring(1, text.length() - 1) : text));
    }
    return reasons;
  }

  private static List<List<String>> table(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CoveragePageTest.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> List.of(line.split(",", -1)))
          .toList();
    }
  }
}
