package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "esnode");

  @Test
  void recordingProcessHasTheFlagsThatTestsRunItWith() throws Exception {
    String script = Files.readString(LAUNCHER);
    int record = script.indexOf("  record)");
    String flags = script.substring(record, script.indexOf(";;", record));

    assertThat(ChildJvm.RECORDER)
        .allSatisfy(flag -> assertThat(flags + script.substring(script.indexOf("exec \"$java\"")))
            .containsPattern("[ \"]" + Pattern.quote(flag) + "[ \"]"));
    assertThat(flags.split("-X", -1)).hasSize(ChildJvm.RECORDER.size());
  }
}
