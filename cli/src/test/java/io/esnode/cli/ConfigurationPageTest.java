package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code packaging/esnode.toml} and the table in {@code docs/reference/configuration.md} are made from the options of
 * {@code record}; {@code -Dgolden=update} writes them again.
 */
class ConfigurationPageTest {
  private static final Path EXAMPLE = Path.of("../packaging/esnode.toml");
  private static final Path PAGE = Path.of("../docs/reference/configuration.md");
  private static final String BEGIN =
      "<!-- made from the options of record; -Dgolden=update writes it -->\n";

  /** What may stand there, by key, where the option has no default that shows it. */
  private static final Map<String, String> SAMPLES = Map.of(
      "key", "\"/path/to/site.key\"",
      "passphrase_env", "\"SITE_KEY_PASSPHRASE\"",
      "passphrase_fd", "3",
      "trigger", "[\"xid\", \"psi.memory_full_avg10_pct > 10 for 5s\"]",
      "watch_file", "[\"/etc/fabricmanager.cfg\"]");

  private static final Pattern SAMPLE = Pattern.compile("(?:e\\.g\\. |default: )([0-9]\\w*)");

  @TempDir
  Path dir;

  @Test
  void exampleNamesEveryKey() throws IOException {
    StringBuilder expected = new StringBuilder(
        """
        # Options of 'esnode record'; copy it to /etc/esnode/esnode.toml. A key is the long name of an option with _ for -.
        # Flags come before what stands here. 'esnode config show' shows what is in effect and where it came from.
        # 'systemctl reload esnode-record', or SIGHUP, reads it again: %s need no restart.
        # docs/reference/configuration.md has the rules.

        [record]
        """.formatted(String.join(", ", Reloading.KEYS.stream().sorted().toList())));
    keys().forEach((key, option) -> {
      expected.append('\n');
      for (String line : wrapped(description(option))) {
        expected.append("# ").append(line).append('\n');
      }
      expected.append('#').append(key).append(" = ").append(sample(key, option)).append('\n');
    });

    update(EXAMPLE, expected.toString());
    assertThat(EXAMPLE)
        .as("made from the options of record; -Dgolden=update writes it")
        .hasContent(expected.toString());
  }

  static List<String> linesOfTheExample() throws IOException {
    return Files.readAllLines(EXAMPLE).stream()
        .filter(line -> line.matches("#[a-z_]+ = .*"))
        .map(line -> line.substring(1))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("linesOfTheExample")
  void everyLineOfTheExampleCanBeUsed(String line) throws IOException {
    Path file = Files.writeString(dir.resolve("esnode.toml"), "[record]\n" + line + "\n");

    Configuration read = Configuration.of(
        Main.line(new RecordCommand()), List.of("--config", file.toString()), Map.of());

    assertThat(read.settings())
        .filteredOn(setting -> setting.origin() == Setting.Origin.FILE)
        .extracting(Setting::key)
        .containsExactly(line.substring(0, line.indexOf(' ')));
  }

  @Test
  void exampleAsItIsChangesNothing() {
    Configuration read = Configuration.of(
        Main.line(new RecordCommand()), List.of("--config", EXAMPLE.toString()), Map.of());

    assertThat(read.settings()).allMatch(setting -> setting.origin() == Setting.Origin.DEFAULT);
  }

  @Test
  void pageListsEveryKey() throws IOException {
    StringBuilder table = new StringBuilder(BEGIN);
    table.append("| key | value | reload | what it is |\n|---|---|---|---|\n");
    keys()
        .forEach((key, option) -> table.append("| `%s` | %s | %s | %s |\n"
            .formatted(
                key,
                value(option),
                Reloading.KEYS.contains(key) ? "yes" : "restart",
                description(option).replace("|", "\\|").replace("*", "\\*").replace("_", "\\_"))));
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN);
    String expected = page.substring(0, begin) + table;

    update(PAGE, expected);
    assertThat(PAGE)
        .as("made from the options of record; -Dgolden=update writes it")
        .hasContent(expected);
  }

  private static void update(Path file, String expected) throws IOException {
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(file, expected);
    }
  }

  private static Map<String, OptionSpec> keys() {
    return ConfigKeys.of(Main.line(new RecordCommand()).getCommandSpec());
  }

  private static String description(OptionSpec option) {
    String text = String.join(" ", option.description());
    String value = option.defaultValue();
    return value == null ? text : text.replace("${DEFAULT-VALUE}", value);
  }

  private static String value(OptionSpec option) {
    if (ConfigKeys.isSwitch(option)) {
      return "true or false";
    }
    return option.isMultiValue()
        ? "list of strings"
        : Number.class.isAssignableFrom(option.type()) ? "string or number" : "string";
  }

  private static String sample(String key, OptionSpec option) {
    String sample = SAMPLES.get(key);
    if (sample != null) {
      return sample;
    }
    if (ConfigKeys.isSwitch(option)) {
      return "true";
    }
    String value = option.defaultValue();
    Matcher said = SAMPLE.matcher(description(option));
    String text =
        value != null ? value : said.find() ? said.group(1) : "/path/to/" + option.paramLabel();
    return option.isMultiValue() ? "[\"/path/to/" + option.paramLabel() + "\"]" : '"' + text + '"';
  }

  private static List<String> wrapped(String text) {
    return text.replaceAll("(.{1,100})(?:\\s+|$)", "$1\n").strip().lines().toList();
  }
}
