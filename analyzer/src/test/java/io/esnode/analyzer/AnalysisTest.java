package io.esnode.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.esnode.bundle.BundleException;
import io.esnode.bundle.Sha256;
import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import io.esnode.ledger.Series;
import io.esnode.ledger.State;
import io.esnode.rule.Chart;
import io.esnode.rule.Rule;
import io.esnode.rule.RuleBook;
import io.esnode.signature.TrustState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalysisTest {
  private static final Analysis STANDARD = Analysis.standard("0.1.0");

  @TempDir
  Path dir;

  @Test
  void stallIsFoundWithFiguresThatPointToItsRows() throws Exception {
    Ledger ledger = analyze(busy());

    Finding stall = present(ledger, "psi-memory-stall");
    Figure share = ledger.figure(stall.figures().get(0));
    assertThat(stall.explanation())
        .isEqualTo("For 29.000 s at least one task waited for memory 60.00 % of the time,"
            + " all running tasks at once 0.00 %.");
    assertThat(share.value()).isEqualTo("60.00");
    assertThat(share.query()).isEqualTo("rule:psi-memory-stall");
    assertThat(share.rowCount()).isEqualTo(30);
    assertThat(share.rowLocatorSha256()).isEqualTo(stall.evidence().locatorSha256());
    assertThat(share.parameters()).containsEntry("min_share_pct", "10");
  }

  @Test
  void sameBundleGivesSameBytesInAnyLanguageAndTimeZone() throws Exception {
    Path file = dir.resolve("a.parquet");
    String sha256 = busy().write(file).sha256();
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();

    String here = ledger(file, sha256).toJson().canonical();
    String there;
    try {
      Locale.setDefault(new Locale.Builder().setLanguageTag("ar-EG-u-nu-arab").build());
      TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
      there = ledger(file, sha256).toJson().canonical();
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }

    assertThat(there).isEqualTo(here);
  }

  @Test
  void entryOfTheJournalDoesNotSayThatAnybodyListenedForXids() throws Exception {
    Ledger journal = analyze(busy().set("event", "node", 3, "event_class", "journal"));
    Ledger kernel = analyze(busy().set("event", "node", 3, "event_class", "oom_kill"));

    assertThat(state(journal, "xid-memory")).isEqualTo(State.NOT_OBSERVED);
    assertThat(state(kernel, "xid-memory")).isEqualTo(State.ABSENT);
  }

  @Test
  void ledgerSurvivesTheTripThroughJson() throws Exception {
    Ledger ledger = analyze(busy());

    String canonical = ledger.toJson().canonical();

    assertThat(Ledger.parse(canonical.getBytes(StandardCharsets.UTF_8)).toJson().canonical())
        .isEqualTo(canonical);
  }

  @Test
  void ledgerFollowsItsSchema() throws Exception {
    Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(Files.readString(schemaFile()), InputFormat.JSON);

    List<Error> busy = schema.validate(analyze(busy()).toJson().canonical(), InputFormat.JSON);
    List<Error> quiet = schema.validate(analyze(quiet()).toJson().canonical(), InputFormat.JSON);
    List<Error> foreign = schema.validate("{\"schema\":\"esnode.analysis/1\"}", InputFormat.JSON);

    assertThat(busy).isEmpty();
    assertThat(quiet).isEmpty();
    assertThat(foreign).isNotEmpty();
  }

  private static Path schemaFile() {
    return Path.of("..", "docs", "format", "ledger.schema.json");
  }

  @Test
  void everyFigureAndSeriesNamesAQueryThatIsThere() throws Exception {
    Ledger ledger = analyze(busy());

    List<String> queries = ledger.queries().stream().map(Query::id).toList();
    assertThat(queries).doesNotHaveDuplicates();
    assertThat(ledger.figures()).extracting(Figure::query).allMatch(queries::contains);
    assertThat(ledger.figures()).extracting(Figure::id).doesNotHaveDuplicates();
    assertThat(ledger.series()).isNotEmpty().extracting(Series::query).allMatch(queries::contains);
    assertThat(ledger.queries())
        .allSatisfy(q -> assertThat(q.sha256()).isEqualTo(Sha256.hex(q.sql())));
    assertThat(ledger.queries()).noneMatch(q -> q.sql().contains("${"));
  }

  @Test
  void worstFindingStandsFirstAndStatesStayApart() throws Exception {
    Ledger ledger = analyze(busy());

    assertThat(ledger.findings().get(0).rule()).isEqualTo("oom-kill");
    assertThat(state(ledger, "disk-latency")).isEqualTo(State.ABSENT);
    assertThat(state(ledger, "net-errors")).isEqualTo(State.NOT_OBSERVED);
    assertThat(ledger.rules().stream()
            .filter(r -> r.id().equals("net-errors"))
            .findFirst()
            .orElseThrow()
            .reason())
        .isEqualTo("no table net in t.parquet");
    assertThat(ledger.findings().stream()
            .filter(f -> f.rule().equals("net-errors"))
            .findFirst()
            .orElseThrow()
            .explanation())
        .isEqualTo("Could not be observed: no table net in t.parquet.");
  }

  @Test
  void quietRecordingWithEnoughTicksIsNoIncident() throws Exception {
    Diagnosis diagnosis = analyze(quiet()).diagnosis();

    assertThat(diagnosis.verdict()).isEqualTo(Diagnosis.Verdict.NO_INCIDENT);
    assertThat(diagnosis.summary())
        .contains("20 of 20 expected ticks")
        .contains("could not be evaluated");
  }

  @Test
  void quietRecordingWithTooFewTicksIsInsufficient() throws Exception {
    Diagnosis diagnosis = analyze(quiet().ticks(20, 18)).diagnosis();

    assertThat(diagnosis.verdict()).isEqualTo(Diagnosis.Verdict.NOT_ESTABLISHED);
    assertThat(diagnosis.summary()).startsWith("Insufficient evidence: 18 of 20 expected ticks");
  }

  @Test
  void recordingThatMostRulesCannotSeeIsInsufficient() throws Exception {
    Diagnosis diagnosis = analyze(
            Recording.everySecond().counter("host", "node", "oom_kill_count", 0, 0, 20))
        .diagnosis();

    assertThat(diagnosis.verdict()).isEqualTo(Diagnosis.Verdict.NOT_ESTABLISHED);
    assertThat(diagnosis.summary())
        .startsWith("Insufficient evidence:")
        .contains("rules could not be evaluated");
  }

  @Test
  void seriesKeepsSpikeOfOneTickInALongRecording() throws Exception {
    Recording day = Recording.everySecond();
    day.counter("host", "node", "mem_total_bytes", 1000, 0, 5000);
    day.counter("host", "node", "mem_available_bytes", 900, 0, 5000);
    day.set("host", "node", 2501, "mem_available_bytes", 7L);

    Ledger ledger = analyze(day);

    Series available = ledger.series().stream()
        .filter(s -> s.name().equals("available"))
        .findFirst()
        .orElseThrow();
    assertThat(available.points()).hasSizeLessThanOrEqualTo(Charts.MAX_BUCKETS);
    assertThat(available.stepMs()).isEqualTo(14_000);
    assertThat(available.points()).contains(new Series.Point(2_492_000, "7", "900"));
  }

  @Test
  void bucketsWithoutDataAreLeftOut() throws Exception {
    Recording holed = Recording.everySecond();
    for (int tick : new int[] {0, 1, 2, 90, 91}) {
      holed.set("host", "node", tick, "mem_total_bytes", 1000L);
      holed.set("host", "node", tick, "mem_available_bytes", 900L);
    }

    Series total = analyze(holed).series().stream()
        .filter(s -> s.name().equals("total"))
        .findFirst()
        .orElseThrow();

    assertThat(total.points())
        .extracting(Series.Point::offsetMs)
        .containsExactly(0L, 1000L, 2000L, 90_000L, 91_000L);
  }

  @Test
  void bundlesAreNumberedByDigestWhateverTheOrderGiven() throws Exception {
    VerifiedBundle a = busy().verified(dir.resolve("a.parquet"), TrustState.TRUSTED_SIGNER);
    VerifiedBundle b =
        quiet().node("n-other").verified(dir.resolve("b.parquet"), TrustState.SIGNER_UNKNOWN);

    String ab = STANDARD.run(List.of(a, b), null).toJson().canonical();
    String ba = STANDARD.run(List.of(b, a), null).toJson().canonical();

    assertThat(ba).isEqualTo(ab);
    assertThat(ab).contains("\"trust\":\"INTACT BUT SIGNER UNKNOWN\"");
  }

  @Test
  void ruleIsNotObservedWhereOneOfTwoBundlesLacksWhatItNeeds() throws Exception {
    VerifiedBundle a = quiet().verified(dir.resolve("a.parquet"), TrustState.TRUSTED_SIGNER);
    VerifiedBundle b = Recording.everySecond()
        .counter("host", "node", "oom_kill_count", 0, 0, 20)
        .verified(dir.resolve("b.parquet"), TrustState.TRUSTED_SIGNER);

    Ledger ledger = STANDARD.run(List.of(a, b), null);

    assertThat(state(ledger, "psi-memory-stall")).isEqualTo(State.NOT_OBSERVED);
    assertThat(ledger.rules().stream()
            .filter(r -> r.id().equals("psi-memory-stall"))
            .findFirst()
            .orElseThrow()
            .reason())
        .isEqualTo("no table psi in b.parquet");
    assertThat(state(ledger, "oom-kill")).isEqualTo(State.ABSENT);
  }

  @Test
  void sameBundleTwiceIsRefused() throws Exception {
    Path file = dir.resolve("a.parquet");
    String sha256 = quiet().write(file).sha256();
    Path copy = Files.copy(file, dir.resolve("copy.parquet"));

    assertThatThrownBy(() -> STANDARD.run(
            List.of(
                Recording.opened(file, sha256, TrustState.TRUSTED_SIGNER),
                Recording.opened(copy, sha256, TrustState.TRUSTED_SIGNER)),
            null))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("the same recording was given twice");
  }

  @Test
  void fileWrittenToAfterItWasVerifiedGivesNoAnswer() throws Exception {
    Path file = dir.resolve("a.parquet");
    VerifiedBundle bundle = busy().verified(file, TrustState.TRUSTED_SIGNER);
    Files.write(file, new byte[] {0}, StandardOpenOption.APPEND);

    assertThatThrownBy(() -> bundle.bundle().requireUnchanged())
        .isInstanceOf(BundleChangedException.class)
        .hasMessageContaining("changed while it was read");
  }

  @Test
  void fileReplacedAfterItWasVerifiedGivesNoAnswer() throws Exception {
    Path file = dir.resolve("a.parquet");
    VerifiedBundle bundle = busy().verified(file, TrustState.TRUSTED_SIGNER);
    quiet().write(dir.resolve("b.parquet"));
    Files.move(dir.resolve("b.parquet"), file, StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> STANDARD.run(List.of(bundle), null))
        .isInstanceOf(BundleChangedException.class);
  }

  @Test
  void unknownTableAndColumnOfANewerEsnodeAreReadable() throws Exception {
    Path file = foreign(
        "{'reads_count': 7::BIGINT, 'heat_c': 40::BIGINT} AS disk, {'spin': 1::BIGINT} AS quantum",
        "disk");

    try (OpenBundle open = OpenBundle.open(file)) {
      Ledger ledger = STANDARD.run(
          List.of(Recording.opened(file, Sha256.hex("x"), TrustState.TRUSTED_SIGNER)), null);
      assertThat(ledger.bundles().get(0).rows()).isEqualTo(3);
      assertThat(open.channel().size()).isPositive();
    }
  }

  @Test
  void columnOfAnotherTypeIsMalformed() throws Exception {
    Path file = foreign("{'reads_count': 'seven'} AS disk", "disk");

    assertThatThrownBy(() -> STANDARD.run(
            List.of(Recording.opened(file, Sha256.hex("x"), TrustState.TRUSTED_SIGNER)), null))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("disk.reads_count is VARCHAR in this file, expected BIGINT");
  }

  /** A signed bundle can hold any number; one absurd value must not silence the rules it does not concern. */
  @Test
  void absurdValueSilencesOnlyTheRuleThatNeedsIt() throws Exception {
    Recording absurd = busy();
    absurd.counter("disk", "disk:sda", "writes_count", Long.MAX_VALUE, 0, 30);

    Ledger ledger = analyze(absurd);

    assertThat(state(ledger, "disk-latency")).isEqualTo(State.NOT_OBSERVED);
    assertThat(state(ledger, "oom-kill")).isEqualTo(State.PRESENT);
  }

  @Test
  void hostileNamesArriveUnchanged() throws Exception {
    Recording hostile = Recording.everySecond();
    String name = "disk:</script><script>\u001b[31m\u202e'\"; DROP TABLE x; --\u0000";
    hostile.counter("disk", name, "reads_count", 0, 10, 9);
    hostile.counter("disk", name, "writes_count", 0, 10, 9);
    hostile.counter("disk", name, "read_time_ms", 0, 9000, 9);
    hostile.counter("disk", name, "write_time_ms", 0, 9000, 9);

    Ledger ledger = analyze(hostile);

    assertThat(present(ledger, "disk-latency").entity()).isEqualTo(name);
  }

  @Test
  void onlyTheRulesAskedForAreAsked() throws Exception {
    Path file = dir.resolve("t.parquet");
    String sha256 = busy().write(file).sha256();

    Ledger ledger = STANDARD
        .only(Set.of("oom-kill"))
        .run(List.of(Recording.opened(file, sha256, TrustState.TRUSTED_SIGNER)), Instant.EPOCH);

    assertThat(ledger.rules()).hasSize(1);
    assertThat(ledger.asOf()).isEqualTo("1970-01-01T00:00:00.000000Z");
  }

  @Test
  void truncatedColumnDataIsMalformedNotAnAnswer() throws Exception {
    Path file = dir.resolve("a.parquet");
    busy().write(file);
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 100; i < 3000; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(file, bytes);

    assertThatThrownBy(() -> ledger(file, Sha256.hex(bytes)))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("a.parquet");
  }

  @Test
  void chartsAndRulesComeFromTheirDirectories() {
    assertThat(RuleBook.builtIn().rules())
        .extracting(Rule::id)
        .contains("oom-kill")
        .isSorted();
    assertThat(Chart.builtIn()).extracting(Chart::id).contains("psi");
  }

  /** Thirty ticks with memory pressure, one kill and a calm disk. */
  private static Recording busy() {
    Recording recording = Recording.everySecond();
    recording.counter("psi", "node", "memory_some_total_us", 0, 600_000, 30);
    recording.counter("psi", "node", "memory_full_total_us", 0, 0, 30);
    recording.counter("psi", "node", "io_some_total_us", 0, 0, 30);
    recording.counter("psi", "node", "cpu_some_total_us", 0, 1000, 30);
    recording.counter("host", "node", "mem_total_bytes", 1000, 0, 30);
    recording.counter("host", "node", "mem_available_bytes", 900, 0, 30);
    recording.counter("host", "node", "oom_kill_count", 4, 0, 29);
    recording.set("host", "node", 29, "oom_kill_count", 5L);
    recording.counter("disk", "disk:sda", "reads_count", 0, 10, 30);
    recording.counter("disk", "disk:sda", "writes_count", 0, 10, 30);
    recording.counter("disk", "disk:sda", "read_time_ms", 0, 10, 30);
    recording.counter("disk", "disk:sda", "write_time_ms", 0, 10, 30);
    recording.counter("disk", "disk:sda", "io_time_ms", 0, 20, 30);
    return recording;
  }

  private static Recording quiet() {
    Recording recording = Recording.everySecond();
    for (String column : List.of(
        "memory_some_total_us",
        "memory_full_total_us",
        "io_some_total_us",
        "io_full_total_us",
        "cpu_some_total_us")) {
      recording.counter("psi", "node", column, 0, 1000, 20);
    }
    recording.counter("host", "node", "mem_total_bytes", 1000, 0, 20);
    recording.counter("host", "node", "mem_available_bytes", 900, 0, 20);
    for (String column : List.of(
        "oom_kill_count",
        "pgscan_direct_pages",
        "pswpin_pages",
        "pswpout_pages",
        "hardware_corrupted_bytes")) {
      recording.counter("host", "node", column, 0, 0, 20);
    }
    for (String column : List.of(
        "reads_count",
        "writes_count",
        "read_time_ms",
        "write_time_ms",
        "io_time_ms",
        "weighted_io_time_ms")) {
      recording.counter("disk", "disk:sda", column, 0, 1, 20);
    }
    return recording;
  }

  private Ledger analyze(Recording recording) throws IOException {
    Path file = dir.resolve("t.parquet");
    return ledger(file, recording.write(file).sha256());
  }

  private static Ledger ledger(Path file, String sha256) throws IOException {
    VerifiedBundle bundle = Recording.opened(file, sha256, TrustState.TRUSTED_SIGNER);
    try (OpenBundle open = bundle.bundle()) {
      assertThat(open.file()).isEqualTo(file);
      return STANDARD.run(List.of(bundle), null);
    }
  }

  /** A Parquet file of another writer with a manifest of ours, three rows of one kind. */
  private Path foreign(String groups, String kind) throws Exception {
    Path ours = dir.resolve("ours.parquet");
    quiet().write(ours);
    Path file = dir.resolve("foreign.parquet");
    try (OpenBundle open = OpenBundle.open(ours);
        Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      String manifest = io.esnode.bundle.BundleFile.read("ours", open.channel())
          .manifestJson()
          .canonical();
      sql.execute("""
          COPY (SELECT '%s' AS kind, range AS tick, make_timestamp(1790000000000000 + range * 1000000) AT TIME ZONE 'UTC' AS ts,
              range * 1000000000 AS mono_ns, 'n' AS node, 'disk:x' AS entity, 'live' AS origin, 't' AS source, %s
              FROM range(3)) TO '%s' (FORMAT parquet, KV_METADATA {'esnode.manifest': '%s'})""".formatted(kind, groups, file, manifest.replace("'", "''")));
    }
    return file;
  }

  private static Finding present(Ledger ledger, String rule) {
    return ledger.findings().stream()
        .filter(f -> f.rule().equals(rule) && f.state() == State.PRESENT)
        .findFirst()
        .orElseThrow(() -> new AssertionError(rule + " is not present: " + ledger.findings()));
  }

  private static State state(Ledger ledger, String rule) {
    return ledger.rules().stream()
        .filter(r -> r.id().equals(rule))
        .findFirst()
        .orElseThrow()
        .state();
  }
}
