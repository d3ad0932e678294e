package io.esnode.capture;

import io.esnode.nvml.FieldCatalog;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.wire.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What fills each column of the tables {@code gpu}, {@code gpu_process} and {@code nvlink}, how often, and what is asked instead
 * where a driver does not know the first way. Source: {@code plan.csv} beside this class, whose struct offsets and version words
 * are those of nvml.h 13.3.29 on x86-64.
 *
 * <p>The columns are the same in every session; the numbers of fields depend on the header that the session speaks.
 */
final class Plan {
  static final int GPU = 0;
  static final int GPU_PROCESS = 1;
  static final int NVLINK = 2;

  /** How often. */
  enum Cadence {
    TICK,
    MEDIUM,
    SLOW
  }

  /**
   * One way or more to ask for the same columns, newest first.
   *
   * @param unless a column that makes the call needless when it has a value, or -1
   */
  record QuerySpec(Cadence cadence, List<Shape> shapes, int unless) {}

  /** A metric of {@code nvmlGpmMetricsGet}. */
  record GpmSpec(int column, int metric, Asked asked) {}

  private static final List<Entry> ENTRIES = read();
  private static final Map<String, NvmlFunction> FUNCTIONS = Stream.of(NvmlFunction.values())
      .collect(Collectors.toMap(NvmlFunction::symbol, Function.identity()));

  /** A line of plan.csv. */
  private record Entry(
      String table,
      String column,
      String cadence,
      String function,
      String versionWord,
      String arguments,
      String scope,
      String offset,
      String kind,
      String unless) {
    boolean isField() {
      return kind.equals("field");
    }

    boolean isQuery() {
      return switch (kind) {
        case "u8", "u32", "i32", "u64", "count" -> true;
        default -> false;
      };
    }

    boolean sameCall(Entry other) {
      return function.equals(other.function)
          && versionWord.equals(other.versionWord)
          && arguments.equals(other.arguments)
          && unless.equals(other.unless);
    }
  }

  private final Nvml nvml;
  private final @Nullable Integer header;
  private final List<Columns> tables =
      List.of(new Columns("gpu"), new Columns("gpu_process"), new Columns("nvlink"));

  private final Map<String, List<FieldSpec>> fields = new HashMap<>();
  private final Map<Integer, List<QuerySpec>> queries = new HashMap<>();
  private final Map<String, OptionalInt> numbers = new HashMap<>();

  /** @param header of the session, null where its library did not say which it speaks */
  Plan(Nvml nvml, @Nullable Integer header) {
    this.nvml = nvml;
    this.header = header;
    for (Entry entry : ENTRIES) {
      columns(entry.table).add(entry.column);
    }
  }

  Columns columns(int table) {
    return tables.get(table);
  }

  private Columns columns(String table) {
    return tables.stream()
        .filter(columns -> columns.table().equals(table))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("plan.csv: table " + table));
  }

  /** The tables with where each column comes from in this session. */
  List<Message.Layout> layouts() {
    return tables.stream()
        .map(columns -> new Message.Layout(
            columns.table(),
            columns.names(),
            columns.names().stream().map(name -> source(columns.table(), name)).toList()))
        .toList();
  }

  private String source(String table, String column) {
    for (Entry entry : ENTRIES) {
      if (entry.column.equals(column) && entry.table.equals(table)) {
        String source = source(entry);
        if (source != null) {
          return source;
        }
      }
    }
    return "";
  }

  private @Nullable String source(Entry entry) {
    if (entry.function.isEmpty()) {
      return "esnode capture";
    }
    if (!nvml.has(function(entry))) {
      return null;
    }
    if (!entry.isField()) {
      return Stream.of(
              entry.function, entry.arguments, entry.offset.isEmpty() ? "" : "+" + entry.offset)
          .filter(part -> !part.isEmpty())
          .collect(Collectors.joining(" "));
    }
    OptionalInt number = number(entry.arguments);
    return number.isEmpty()
        ? null
        : "%s %s NVML_FI_DEV_%s scope %s"
            .formatted(
                entry.function, Integer.toString(number.getAsInt()), entry.arguments, entry.scope);
  }

  /** @param scope as in plan.csv: {@code link}, {@code c2c}, or empty for those with a number */
  synchronized List<FieldSpec> fields(int table, Cadence cadence, String scope) {
    return fields.computeIfAbsent(
        columns(table).table() + " " + cadence + " " + scope,
        key -> readFields(table, cadence, scope));
  }

  private List<FieldSpec> readFields(int table, Cadence cadence, String scope) {
    Columns columns = columns(table);
    List<FieldSpec> fields = new ArrayList<>();
    for (Entry entry : ENTRIES) {
      boolean numbered = entry.isField() && Character.isDigit(entry.scope.charAt(0));
      if (entry.isField()
          && entry.table.equals(columns.table())
          && cadence(entry) == cadence
          && (scope.isEmpty() ? numbered : entry.scope.equals(scope))) {
        int number = number(entry.arguments).orElse(FieldSpec.NONE);
        String name = "NVML_FI_DEV_" + entry.arguments;
        String detail = number == FieldSpec.NONE ? name : number + " " + name;
        int scopeId = numbered ? Integer.parseInt(entry.scope) : 0;
        fields.add(new FieldSpec(
            columns.at(entry.column),
            number,
            scopeId,
            new Asked(
                NvmlFunction.DEVICE_GET_FIELD_VALUES,
                scopeId == 0 ? detail : detail + " scope " + scopeId)));
      }
    }
    return fields;
  }

  /** Number of a field in this session, empty where its header lacks it. */
  synchronized OptionalInt number(String name) {
    return numbers.computeIfAbsent(name, this::readNumber);
  }

  private OptionalInt readNumber(String name) {
    if (header != null) {
      return FieldCatalog.number(name, header);
    }
    List<FieldCatalog.Field> meanings = FieldCatalog.fields().stream()
        .filter(field -> field.shortName().equals(name))
        .toList();
    boolean certain = meanings.size() == 1
        && FieldCatalog.fields().stream()
                .filter(field -> field.number() == meanings.get(0).number())
                .count()
            == 1;
    return certain ? OptionalInt.of(meanings.get(0).number()) : OptionalInt.empty();
  }

  synchronized List<QuerySpec> queries(int table) {
    return queries.computeIfAbsent(table, this::readQueries);
  }

  private List<QuerySpec> readQueries(int table) {
    Columns columns = columns(table);
    List<QuerySpec> queries = new ArrayList<>();
    List<Entry> call = new ArrayList<>();
    for (Entry entry : ENTRIES) {
      if (!entry.table.equals(columns.table()) || !entry.isQuery()) {
        continue;
      }
      if (!call.isEmpty() && !call.get(0).sameCall(entry)) {
        add(queries, columns, call);
        call.clear();
      }
      call.add(entry);
    }
    if (!call.isEmpty()) {
      add(queries, columns, call);
    }
    return queries;
  }

  private static void add(List<QuerySpec> queries, Columns columns, List<Entry> call) {
    Entry first = call.get(0);
    Shape shape = shape(columns, call);
    int unless = first.unless.isEmpty() ? -1 : columns.at(first.unless);
    if (unless < 0 && !queries.isEmpty()) {
      QuerySpec before = queries.get(queries.size() - 1);
      if (before.unless < 0 && fills(before, shape)) {
        List<Shape> shapes = new ArrayList<>(before.shapes);
        shapes.add(shape);
        queries.set(queries.size() - 1, new QuerySpec(before.cadence, List.copyOf(shapes), -1));
        return;
      }
    }
    queries.add(new QuerySpec(cadence(first), List.of(shape), unless));
  }

  private static boolean fills(QuerySpec query, Shape shape) {
    int column = shape.members().get(0).column();
    return query.shapes.get(0).members().stream().anyMatch(member -> member.column() == column);
  }

  private static Shape shape(Columns columns, List<Entry> call) {
    Entry first = call.get(0);
    List<Long> arguments = new ArrayList<>();
    for (String argument : first.arguments.split(" ", -1)) {
      if (!argument.isEmpty()) {
        arguments.add(argument.equals("link") ? Shape.LINK : Long.parseLong(argument));
      }
    }
    NvmlFunction function = function(first);
    Asked asked = new Asked(function, first.arguments);
    List<Shape.Member> members = new ArrayList<>();
    for (Entry entry : call) {
      members.add(new Shape.Member(
          columns.at(entry.column), Integer.parseInt(entry.offset), kind(entry.kind), asked));
    }
    int word = first.versionWord.isEmpty() ? 0 : Integer.decode(first.versionWord);
    return new Shape(function, word, arguments, members, first.kind.equals("count"));
  }

  private static Shape.Kind kind(String text) {
    return switch (text) {
      case "u8" -> Shape.Kind.U8;
      case "i32" -> Shape.Kind.I32;
      case "u64" -> Shape.Kind.U64;
      default -> Shape.Kind.U32;
    };
  }

  List<GpmSpec> gpm() {
    Columns columns = columns(GPU);
    return ENTRIES.stream()
        .filter(entry -> entry.kind.equals("gpm"))
        .map(entry -> new GpmSpec(
            columns.at(entry.column),
            Integer.parseInt(entry.arguments),
            new Asked(NvmlFunction.GPM_METRICS_GET, entry.arguments)))
        .toList();
  }

  private static Cadence cadence(Entry entry) {
    return switch (entry.cadence) {
      case "tick" -> Cadence.TICK;
      case "medium" -> Cadence.MEDIUM;
      default -> Cadence.SLOW;
    };
  }

  private static NvmlFunction function(Entry entry) {
    NvmlFunction function = FUNCTIONS.get(entry.function);
    if (function == null) {
      throw new IllegalStateException("plan.csv: function " + entry.function);
    }
    return function;
  }

  private static List<Entry> read() {
    List<Entry> entries = new ArrayList<>();
    try (InputStream in = Plan.class.getResourceAsStream("plan.csv")) {
      if (in == null) {
        throw new IllegalStateException("plan.csv is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cell = line.split(",", -1);
        entries.add(new Entry(
            cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], cell[6], cell[7], cell[8],
            cell[9]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(entries);
  }
}
