package io.esnode.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.source.Moment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
  private static final Moment START = Collected.NOW;

  @TempDir
  Path root;

  private final Collected to = new Collected();

  private Logs start(Path... json) {
    return Logs.start(
        root,
        () -> START,
        START,
        new Logs.Choice(null, List.of(json), false),
        Collected::keyed,
        to,
        pid -> {});
  }

  private static void await(java.util.function.BooleanSupplier done) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!done.getAsBoolean() && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  @Test
  void filesAreReadBackAndFollowed() throws Exception {
    Path audit = root.resolve(LogAccess.AUDIT_LOG);
    Files.createDirectories(audit.getParent());
    Files.write(audit, Collected.resource("audit.log"));
    Path json = root.resolve("a.jsonl");
    Files.writeString(json, "{\"timestamp\":1781000400,\"action\":\"before\"}\n");

    Logs logs = start(json);
    await(() -> to.texts("audit", "action").contains("json:before"));
    Files.writeString(
        json, "{\"timestamp\":1781000700,\"action\":\"after\"}\n", StandardOpenOption.APPEND);
    logs.close();

    assertThat(to.of("audit"))
        .extracting(row -> row.texts().get("action") + " " + row.origin())
        .contains(
            "USER_AUTH PAM:authentication pre_record",
            "json:before pre_record",
            "json:after live",
            "audit_log.read live",
            "audit_json.read live");
  }

  @Test
  void auditLogThatIsNotThereIsAGapAndTheEndDoesNotWait() throws Exception {
    Logs logs = start();
    await(() -> !to.of("gap").isEmpty());

    long closing = System.nanoTime();
    logs.close();
    logs.close();

    assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(Duration.ofMillis(500));
    assertThat(to.gaps()).singleElement().asString().contains("does not exist here; apt-get");
    assertThat(to.texts("audit", "outcome")).containsExactly("failure");
  }

  @Test
  void accessNamesWhatWouldChangeIt() throws Exception {
    assertThat(LogAccess.auditLog(root).exists()).isFalse();
    assertThat(LogAccess.journal(root).exists()).isFalse();

    Files.createDirectories(root.resolve("run/log/journal/m"));
    Files.createFile(root.resolve("run/log/journal/m/system.journal"));
    assertThat(LogAccess.journal(root).refusal()).isNull();
  }
}
