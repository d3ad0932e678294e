package io.esnode.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.signature.TrustState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
  @TempDir
  Path dir;

  private Path file;
  private VerifiedBundle bundle;
  private Session session;

  @BeforeEach
  void open() throws Exception {
    file = dir.resolve("it's.parquet");
    bundle = Recording.everySecond()
        .counter("host", "node", "oom_kill_count", 0, 1, 5)
        .counter("disk", "disk:sda", "reads_count", 0, 1, 3)
        .verified(file, TrustState.TRUSTED_SIGNER);
    session = Session.open(List.of(bundle), 256);
    Files.writeString(dir.resolve("secret.txt"), "secret");
  }

  @AfterEach
  void close() throws Exception {
    session.close();
    bundle.bundle().close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM read_text('%s/secret.txt')",
        "SELECT * FROM read_parquet('%s/*.parquet')",
        "SELECT * FROM glob('%s/*')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM 'https://example.invalid/x.parquet'",
        "COPY (SELECT 1) TO '%s/out.parquet' (FORMAT parquet)",
        "ATTACH '%s/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
        "SET threads = 4",
        "SET allowed_paths = ['/']",
        "RESET lock_configuration",
        "PRAGMA enable_profiling"
      })
  void engineReachesNothingButTheBundle(String sql) {
    assertThatThrownBy(() -> one(sql.formatted(dir))).isInstanceOf(SQLException.class);
  }

  @Test
  void engineReadsTheBundleOnOneThreadInUtc() throws Exception {
    assertThat(one("SELECT count(*) FROM host")).isEqualTo("5");
    assertThat(one("SELECT current_setting('threads')")).isEqualTo("1");
    assertThat(one("SELECT current_setting('TimeZone')")).isEqualTo("UTC");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void engineReadsTheVerifiedDescriptorNotTheName() {
    assertThat(bundle.bundle().readPath().toString()).startsWith("/proc/self/fd/");
  }

  /** DuckDB resolves the descriptor's path at every open and compares it with the allowed one: it fails closed. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void replacedFileIsNeitherReadNorAnswered() throws Exception {
    Path other = dir.resolve("other.parquet");
    Recording.everySecond().counter("host", "node", "oom_kill_count", 0, 1, 999).write(other);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> one("SELECT count(*) FROM b0.disk")).isInstanceOf(SQLException.class);
    assertThatThrownBy(session::requireUnchanged).isInstanceOf(BundleChangedException.class);
  }

  @Test
  void untouchedFileIsUnchanged() throws Exception {
    one("SELECT count(*) FROM all_rows");

    assertThatCode(session::requireUnchanged).doesNotThrowAnyException();
  }

  @Test
  void rowIdIsOrdinalAndPlaceInTheFile() throws Exception {
    assertThat(one("SELECT string_agg(row_id, ',' ORDER BY row_id) FROM disk")).isEqualTo("5,6,7");
    assertThat(one("SELECT min(row_id) FROM host")).isEqualTo("0");
    assertThat(one("SELECT count(*) FROM all_rows")).isEqualTo("8");
  }

  @Test
  void secondBundleHasRowIdsOfItsOwn() throws Exception {
    Path file2 = dir.resolve("second.parquet");
    VerifiedBundle second = Recording.everySecond()
        .node("n-2")
        .counter("host", "node", "oom_kill_count", 0, 1, 2)
        .verified(file2, TrustState.TRUSTED_SIGNER);

    try (OpenBundle open = second.bundle();
        Session both = Session.open(List.of(bundle, second), 256);
        Statement sql = both.connection().createStatement();
        ResultSet row = sql.executeQuery(
            "SELECT count(DISTINCT row_id), max(row_id) >= power(2, 40) FROM host")) {
      row.next();
      assertThat(row.getInt(1)).isEqualTo(7);
      assertThat(row.getBoolean(2)).isTrue();
      assertThat(open.name()).isEqualTo("second.parquet");
    }
  }

  @Test
  void columnThatNoBundleHasIsAnErrorNotNull() {
    assertThatThrownBy(() -> one("SELECT * FROM psi")).hasMessageContaining("psi does not exist");
  }

  @Test
  void tableOfGapsIsThereAndEmptyWhereNothingIsMissing() throws Exception {
    assertThat(one("SELECT count(*) FROM gap")).isEqualTo("0");
  }

  @Test
  void columnsCarryTheRegistrysWords() throws Exception {
    Views.comment(session.connection(), session.inputs());

    assertThat(one("SELECT comment FROM duckdb_columns() WHERE table_name = 'disk'"
            + " AND schema_name = 'main' AND column_name = 'io_time_ms'"))
        .contains("[ms], counter, from /proc/diskstats field 10");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "divide_rounded(2, 3)|1",
        "divide_rounded(1, 2)|1",
        "divide_rounded(-1, 2)|-1",
        "divide_rounded(-5, 2)|-3",
        "divide_rounded(5, -2)|-3",
        "divide_rounded(1, 3)|0",
        "divide_rounded(7, 0)|null",
        "divide_rounded(9007199254740993, 1)|9007199254740993",
        "divide_rounded(12345, 10) * 0.01|12.35",
        "item([5, 6], 1)|5",
        "item([5, 6], 3)|null",
        "truncate_to_long(2.7)|2",
        "truncate_to_long(-2.7)|-2",
        "epoch_micros(from_micros(1790000000000000))|1790000000000000",
        "seconds_between(from_micros(0), from_micros(1500000))|1.5",
        "sha256_hex('')|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      })
  void portableMacroGives(String call) throws Exception {
    String[] parts = call.split("\\|", 2);

    assertThat(one("SELECT " + parts[0])).isEqualTo(parts[1]);
  }

  private String one(String statement) throws SQLException {
    try (Statement sql = session.connection().createStatement();
        ResultSet row = sql.executeQuery(statement)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }
}
