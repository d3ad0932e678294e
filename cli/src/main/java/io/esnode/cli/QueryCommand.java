package io.esnode.cli;

import io.esnode.analyzer.Analysis;
import io.esnode.analyzer.BundleChangedException;
import io.esnode.analyzer.BundleQuery;
import io.esnode.analyzer.QueryException;
import io.esnode.bundle.BundleException;
import io.esnode.rule.Rule;
import io.esnode.rule.RuleBook;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode query}: one SELECT over bundles whose signature was checked first. */
@Command(
    name = "query",
    description = "Verify bundles, then run one SELECT over their tables.",
    mixinStandardHelpOptions = true,
    customSynopsis = {
      "esnode query [OPTIONS] FILE... SQL",
      "esnode query [OPTIONS] FILE... --rule ID"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode query node.parquet \"SHOW TABLES\"",
      "  esnode query node.parquet \"SELECT ts, load_1min FROM host LIMIT 5\"",
      "  esnode query --format csv node.parquet \"SELECT * FROM audit\"",
      "  esnode query node.parquet --rule oom-kill",
      "",
      "Columns: docs/reference/metrics.md; every table also has kind, tick, ts,",
      "mono_ns, node, entity, origin, source, row_id, bundle and boot_id.",
      "Recipes: docs/how-to/query-a-bundle.md.",
      "Exit status: 0 done, 2 tampered, 3 unsigned or missing, 4 signer not",
      "trusted, 5 not a bundle, 64 bad SQL."
    })
final class QueryCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustOptions trust = new TrustOptions();

  @Option(
      names = "--format",
      paramLabel = "table|csv|json",
      description = "table, csv, or json: one object per row (default: table).")
  private RowFormat format = RowFormat.table;

  @Option(names = "--rule", paramLabel = "ID", description = "Run the SQL of this rule.")
  private @Nullable String ruleId;

  @Option(
      names = "--unsigned",
      description =
          "Read bundles that carry no signature; the answer says so, and the exit status stays 3.")
  private boolean unsigned;

  @Option(names = LimitedChild.FLAG, hidden = true)
  private boolean child;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE... SQL",
      description = "Bundles, and as the last word the SQL.")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    String sql = sql();
    List<Path> files = files();
    Instant now = Instant.now();
    Verifier verifier = trust.verifier(Home.of(System.getenv()), PredicateType.RECORDINGS, now);
    try (Evidence evidence = Evidence.open(files, verifier, unsigned)) {
      if (!child) {
        // Data formats stay data: there the stamp goes to standard error.
        PrintWriter stamp = format == RowFormat.table
            ? spec.commandLine().getOut()
            : spec.commandLine().getErr();
        evidence.stamps().forEach(stamp::println);
      }
      if (evidence.doubtful() && !child) {
        inChild(evidence);
      } else {
        here(evidence, sql);
      }
      return evidence.exit();
    }
  }

  private void here(Evidence evidence, String sql) throws IOException {
    RowPrinter printer = new RowPrinter(spec.commandLine().getOut(), format);
    int memoryMb = child ? LimitedChild.ENGINE_MB : Analysis.DEFAULT_MEMORY_MB;
    try {
      BundleQuery.run(evidence.bundles(), sql, memoryMb, printer);
      printer.end();
    } catch (RowPrinter.ReaderGoneException e) {
      // Standard output knows why, and Main says so where it matters.
      return;
    } catch (QueryException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    } catch (BundleChangedException e) {
      throw new CommandException(ExitCode.TAMPERED, String.valueOf(e.getMessage()), e);
    } catch (BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }

  private void inChild(Evidence evidence) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("query", LimitedChild.FLAG, "--format", format.name()));
    arguments.addAll(trust.arguments());
    if (unsigned) {
      arguments.add("--unsigned");
    }
    if (ruleId != null) {
      arguments.addAll(List.of("--rule", ruleId));
    }
    arguments.add("--");
    arguments.addAll(words);
    LimitedChild.Answer answer = LimitedChild.STANDARD.run(arguments);
    if (answer.exit() != evidence.exit()) {
      throw LimitedReading.failed(answer);
    }
    spec.commandLine().getOut().print(answer.out());
  }

  private String sql() {
    if (ruleId == null) {
      if (words.size() < 2) {
        throw new ParameterException(
            spec.commandLine(), "expected bundles and then the SQL, as one quoted word");
      }
      return words.get(words.size() - 1);
    }
    RuleBook book = RuleBook.builtIn();
    String id = ruleId;
    return book.find(id)
        .map(Rule::sql)
        .orElseThrow(() -> new ParameterException(
            spec.commandLine(),
            "no rule \"%s\"; nearest: %s".formatted(id, String.join(", ", book.nearest(id)))));
  }

  private List<Path> files() {
    List<String> names = ruleId == null ? words.subList(0, words.size() - 1) : words;
    try {
      return names.stream().map(Path::of).toList();
    } catch (InvalidPathException e) {
      throw new ParameterException(spec.commandLine(), "not a file name: " + e.getMessage(), e);
    }
  }
}
