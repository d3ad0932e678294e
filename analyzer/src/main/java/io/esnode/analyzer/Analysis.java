package io.esnode.analyzer;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.Manifest;
import io.esnode.knowledge.Knowledge;
import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Engine;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Series;
import io.esnode.ledger.State;
import io.esnode.rule.Chart;
import io.esnode.rule.Rule;
import io.esnode.rule.RuleBook;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * From verified bundles to the ledger. The same bundles and the same trust give the same bytes, whenever, wherever and in
 * whatever language it runs. Immutable, thread-safe.
 *
 * @param rules to ask
 * @param charts to draw
 * @param toolVersion for the ledger
 * @param memoryMb of the query engine; beyond it, it spills to disk
 */
public record Analysis(RuleBook rules, List<Chart> charts, String toolVersion, int memoryMb) {
  public static final int DEFAULT_MEMORY_MB = 1024;

  private static final Set<String> GPU_TABLES = Set.of("gpu", "gpu_process", "nvlink");

  public Analysis {
    charts = List.copyOf(charts);
  }

  /** What esnode does when nothing is said: all its rules and charts. */
  public static Analysis standard(String toolVersion) {
    return new Analysis(RuleBook.builtIn(), Chart.builtIn(), toolVersion, DEFAULT_MEMORY_MB);
  }

  /** The same with some rules only. */
  public Analysis only(Set<String> ruleIds) {
    return new Analysis(rules.only(ruleIds), charts, toolVersion, memoryMb);
  }

  /** The same with another limit on the engine's memory. */
  public Analysis within(int memoryMb) {
    return new Analysis(rules, charts, toolVersion, memoryMb);
  }

  /**
   * Analyses bundles whose trust the caller has accepted.
   *
   * @param asOf the moment for which outcomes that depend on the date hold; null for the end of the evidence
   * @throws BundleException if a file is no bundle, or its data cannot be read
   * @throws BundleChangedException if a file is not what it was when it was opened
   */
  public Ledger run(List<VerifiedBundle> verified, @Nullable Instant asOf) throws IOException {
    if (verified.isEmpty()) {
      throw new IllegalArgumentException("no bundle");
    }
    try (Session session = Session.open(verified, memoryMb)) {
      try {
        Ledger ledger = analyze(session, asOf);
        session.requireUnchanged();
        return ledger;
      } catch (SQLException e) {
        session.requireUnchanged();
        throw new BundleException(
            "%s: its data cannot be read: %s; verify it, and copy it again from where it was recorded"
                .formatted(session.names(), Session.firstLine(e)),
            e);
      } catch (ArithmeticException e) {
        throw new BundleException(
            "%s: times or counts in its manifest are beyond any range (%s)"
                .formatted(session.names(), e.getMessage()),
            e);
      }
    }
  }

  private Ledger analyze(Session session, @Nullable Instant asOf) throws SQLException, IOException {
    List<Views.Input> inputs = session.inputs();
    List<Manifest> manifests = inputs.stream().map(i -> i.file().manifest()).toList();
    long startMicros = manifests.stream().mapToLong(Manifest::startTs).min().orElseThrow();
    long endMicros = manifests.stream().mapToLong(Manifest::endTs).max().orElseThrow();
    if (startMicros > endMicros) {
      throw new BundleException(
          "%s: ends before it begins, by its manifest".formatted(session.names()));
    }
    Quality quality = Quality.of(session);
    Availability availability = Availability.of(session.connection(), inputs, required());
    Evaluation evaluation = new Evaluation(
        session.connection(),
        availability,
        inputs.stream().map(Views.Input::sha256).toList(),
        quality.coverage().ratio());

    List<RuleResult> results = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    List<Query> queries = new ArrayList<>();
    List<String> notPerformed = new ArrayList<>(quality.notes());
    figures.addAll(quality.figures(evaluation));
    queries.addAll(quality.queries());
    for (Rule rule : rules.rules()) {
      Evaluation.Outcome outcome = evaluation.evaluate(rule);
      results.add(outcome.result());
      queries.add(outcome.query());
      findings.addAll(outcome.findings());
      figures.addAll(outcome.figures());
      notPerformed.addAll(outcome.notes());
    }
    findings.sort(WORST_FIRST);
    List<Series> series = new ArrayList<>();
    Charts drawing = new Charts(
        session.connection(),
        availability,
        inputs.size(),
        startMicros,
        endMicros,
        quality.coverage().intervalMs());
    for (Chart chart : charts) {
      Charts.Drawing outcome = drawing.draw(chart);
      if (outcome instanceof Charts.Drawn drawn) {
        queries.add(drawn.query());
        series.addAll(drawn.series());
      } else if (outcome instanceof Charts.Blank blank) {
        notPerformed.add("Chart %s: %s.".formatted(chart.id(), blank.reason()));
      }
    }
    notPerformed.addAll(limits(session));
    List<AnalyzedBundle> analyzed = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      analyzed.add(analyzed(inputs.get(i), session.bundles().get(i)));
    }
    return new Ledger(
        toolVersion,
        new Engine("duckdb", session.engineVersion(), Session.SETTINGS, knowledge()),
        asOf == null ? Moment.text(endMicros) : Moment.text(asOf),
        worstTrust(session.bundles()).words(),
        manifests.stream().anyMatch(Manifest::simulated),
        analyzed,
        quality.coverage(),
        results,
        findings,
        Conclusion.of(results, findings, quality.coverage(), holdsGpus(session)),
        figures,
        queries,
        series,
        notPerformed);
  }

  private static List<Engine.Knowledge> knowledge() {
    return Knowledge.get().tables().stream()
        .map(t -> new Engine.Knowledge(t.name(), t.version(), t.source(), t.sha256()))
        .toList();
  }

  private List<String> required() {
    Set<String> names = new TreeSet<>();
    rules.rules().forEach(r -> names.addAll(r.requires()));
    charts.forEach(c -> names.addAll(c.requires()));
    return List.copyOf(names);
  }

  private static final Comparator<Finding> WORST_FIRST = Comparator.<Finding>comparingInt(
          f -> f.state() == State.PRESENT ? 0 : f.state() == State.NOT_OBSERVED ? 1 : 2)
      .thenComparing(Finding::severity, Comparator.reverseOrder())
      .thenComparing(f -> f.firstTs() == null ? "" : f.firstTs())
      .thenComparing(Finding::rule)
      .thenComparing(Finding::entity)
      .thenComparing(Finding::id);

  /** Whether a GPU was recorded, or should have been and could not. */
  private static boolean holdsGpus(Session session) throws SQLException {
    if (session.inputs().stream()
        .anyMatch(i -> i.file().columns().keySet().stream().anyMatch(GPU_TABLES::contains))) {
      return true;
    }
    return Exact.onlyRow(
                    session.connection(), "SELECT count(*) AS gaps FROM gap WHERE metric = 'gpu'")
                .get("gaps")
            instanceof Long gaps
        && gaps > 0;
  }

  private List<String> limits(Session session) throws SQLException {
    List<String> limits = new ArrayList<>();
    limits.add("Causes: this version has no causal model, so no hypothesis was weighed.");
    if (!holdsGpus(session)) {
      limits.add("GPU: these recordings hold no GPU table, so nothing is said about any GPU.");
    }
    for (VerifiedBundle one : session.bundles()) {
      one.verdict().notPerformed().forEach(n -> limits.add(one.bundle().name() + ": " + n));
    }
    return limits;
  }

  private static TrustState worstTrust(List<VerifiedBundle> bundles) {
    return bundles.stream()
        .map(b -> b.verdict().trust())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static AnalyzedBundle analyzed(Views.Input input, VerifiedBundle verified)
      throws IOException {
    Manifest manifest = input.file().manifest();
    Verdict verdict = verified.verdict();
    Verdict.SignerIdentity signer = verdict.signer();
    return new AnalyzedBundle(
        input.ordinal(),
        input.name(),
        input.sha256(),
        verified.bundle().channel().size(),
        input.file().rows(),
        manifest.recordingId(),
        manifest.node(),
        manifest.bootId(),
        manifest.simulated(),
        manifest.toolVersion(),
        Moment.text(manifest.startTs()),
        Moment.text(manifest.endTs()),
        verdict.trust().words(),
        reason(verdict),
        signer == null ? null : signer.keyId(),
        signer == null ? null : signer.label(),
        input.file().manifestSha256(),
        new TreeMap<>(manifest.inventory()));
  }

  private static String reason(Verdict verdict) {
    return verdict
        .worst()
        .or(() -> verdict.checks().stream().findFirst())
        .map(c -> "%s %s".formatted(c.reason().code(), c.message()))
        .orElse("no check was performed");
  }
}
