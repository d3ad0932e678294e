package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.signature.ExitCode;
import io.esnode.trigger.Trigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  @TempDir
  Path dir;

  private Path write(String text) throws IOException {
    return Files.writeString(dir.resolve("esnode.toml"), text);
  }

  private static Configuration read(RecordCommand command, Path file, String... flags) {
    List<String> typed = new ArrayList<>(List.of("--config", file.toString()));
    typed.addAll(List.of(flags));
    return Configuration.of(Main.line(command), typed, Map.of());
  }

  private static Setting setting(Configuration configuration, String key) {
    return configuration.settings().stream()
        .filter(each -> each.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void flagsComeBeforeTheFileAndTheFileBeforeDefaults() throws IOException {
    Path file =
        write("[record]\nhold_off = \"1m\"\nno_gpu = true\ntrigger = [\"xid\", \"exit\"]\n");
    RecordCommand command = new RecordCommand();

    Configuration read = read(command, file, "--trigger", "xid 48", "--", "train", "--ring");

    assertThat(command.holdOff()).isEqualTo(Duration.ofMinutes(1));
    assertThat(command.triggers()).extracting(Trigger::text).containsExactly("xid 48");
    assertThat(setting(read, "hold_off"))
        .isEqualTo(new Setting("hold_off", List.of("1m"), Setting.Origin.FILE, 2));
    assertThat(setting(read, "trigger"))
        .isEqualTo(new Setting("trigger", List.of("xid 48"), Setting.Origin.FLAG, null));
    assertThat(setting(read, "no_gpu").line()).isEqualTo(3);
    assertThat(setting(read, "interval"))
        .isEqualTo(new Setting("interval", List.of("1s"), Setting.Origin.DEFAULT, null));
    assertThat(setting(read, "ring").values()).containsExactly("false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "interval = \"1 fortnight\"|2: interval: found \"1 fortnight\", expected a duration such as",
        "intervall = \"1s\"|2: intervall: no such key in [record], perhaps interval",
        "no-gpu = true|2: no-gpu: no such key in [record], perhaps no_gpu",
        "config = \"x\"|2: config: no such key in [record], perhaps ",
        "help = true|2: help: no such key in [record], perhaps ",
        "ring = \"yes\"|2: ring: found a string, expected true or false",
        "ring = 1|2: ring: found the number 1, expected true or false",
        "interval = true|2: interval: found true, expected a string in quotes, \"D\"",
        "interval = 1|2: interval: found the number 1, expected a string in quotes, \"D\"",
        "trigger = \"xid\"|2: trigger: found a string, expected a list of strings, [\"CONDITION\"]",
        "trigger = [true]|2: trigger: found true, expected a list of strings",
        "trigger.a = \"xid\"|2: trigger: found a table, expected a list of strings",
        "max_bytes = \"2 Gigs\"|2: max_bytes: '2 Gigs': expected bytes such as 512M",
        "format = \"xml\"|2: format: expected one of [human, json]",
        "interval = 1s|2: interval: found 1s, expected a string in quotes",
      })
  void whatIsWrongIsToldWithPlaceAndKey(String text, String message) throws IOException {
    Path file = write("[record]\n" + text + "\n");

    assertThatThrownBy(() -> read(new RecordCommand(), file))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.exit()).isEqualTo(ExitCode.MALFORMED))
        .message()
        .startsWith(file + ":" + message);
  }

  @Test
  void elementOfAListIsToldByItsOwnLine() throws IOException {
    Path file = write("[record]\ntrigger = [\n  \"xid\",\n  \"psi.nothing > 1\",\n]\n");

    assertThatThrownBy(() -> read(new RecordCommand(), file))
        .hasMessageStartingWith(file + ":4: trigger: found \"psi.nothing\", expected a column");
  }

  @Test
  void valueThatAFlagReplacesIsCheckedAllTheSame() throws IOException {
    Path file = write("[record]\ninterval = \"soon\"\n");

    assertThatThrownBy(() -> read(new RecordCommand(), file, "--interval", "2s"))
        .hasMessageStartingWith(file + ":2: interval: found \"soon\"");
  }

  @Test
  void valuesOutsideOfTheTableAreRefused() throws IOException {
    assertThatThrownBy(() -> read(new RecordCommand(), write("interval = \"1s\"\n")))
        .hasMessageEndingWith(
            ":1: interval: found outside of a table, expected it below a line [record]");
    assertThatThrownBy(() -> read(new RecordCommand(), write("\n[recrod]\n")))
        .hasMessageEndingWith(":2: found the table [recrod], expected [record]");
  }

  @Test
  void fileIsOneOfText() throws IOException {
    Path file = Files.write(dir.resolve("esnode.toml"), new byte[] {'#', '\n', (byte) 0xff});
    assertThatThrownBy(() -> read(new RecordCommand(), file))
        .hasMessage(file + ":2: found bytes that are not UTF-8");

    write("#".repeat(65 << 10));
    assertThatThrownBy(() -> read(new RecordCommand(), file))
        .hasMessageContaining("larger than 64 KiB");
    assertThatThrownBy(() -> read(new RecordCommand(), dir)).hasMessageContaining("not a file");
    assertThatThrownBy(() -> read(new RecordCommand(), dir.resolve("none")))
        .hasMessageContaining("none: no such file or directory");
    assertThatCode(() -> read(new RecordCommand(), Path.of("/dev/null")))
        .doesNotThrowAnyException();
  }

  @Test
  void fileThatOthersMayWriteIsRefused() {
    Path file = Path.of("esnode.toml");

    assertThatCode(() -> ConfigFile.requireTrustworthy(file, 0100664, 1000, 1000))
        .doesNotThrowAnyException();
    assertThatCode(() -> ConfigFile.requireTrustworthy(file, 0100644, 0, 1000))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ConfigFile.requireTrustworthy(file, 0100666, 1000, 1000))
        .hasMessageContaining("can be written by everybody, mode 666");
    assertThatThrownBy(() -> ConfigFile.requireTrustworthy(file, 0100644, 1000, 0))
        .hasMessageContaining("belongs to user 1000, and root takes no orders from others");
  }

  @Test
  void fileOfTheEnvironmentComesBeforeThatOfTheHome() throws IOException {
    Path home = Files.createDirectory(dir.resolve("home"));
    Files.writeString(home.resolve("esnode.toml"), "[record]\nring = true\n");
    Map<String, String> environment = Map.of("ESNODE_HOME", home.toString());
    Map<String, String> named = Map.of(
        "ESNODE_HOME", home.toString(), "ESNODE_CONFIG", write("[record]\n").toString());

    Configuration ofHome = Configuration.of(Main.line(new RecordCommand()), List.of(), environment);
    Configuration ofEnvironment =
        Configuration.of(Main.line(new RecordCommand()), List.of(), named);

    assertThat(setting(ofHome, "ring").values()).containsExactly("true");
    assertThat(ofHome.file()).extracting(ConfigFile::chosenBy).isEqualTo("default");
    assertThat(setting(ofEnvironment, "ring").values()).containsExactly("false");
    assertThat(ofEnvironment.file()).extracting(ConfigFile::chosenBy).isEqualTo("environment");
  }
}
