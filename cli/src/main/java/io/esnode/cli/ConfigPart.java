package io.esnode.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What of {@code record} has to do with its configuration file. */
final class ConfigPart {
  @Option(
      names = "--config",
      paramLabel = "F",
      description =
          "Take options from this TOML file; default: $ESNODE_CONFIG, else /etc/esnode/esnode.toml, else $ESNODE_HOME/esnode.toml, whichever is there first. Flags come before it; /dev/null means none.")
  @SuppressWarnings("UnusedVariable") // Configuration asks the parser
  private @Nullable Path given;

  private @Nullable Configuration effective;

  /** Sets the options of the command that is running, from its flags and the file. */
  void read(CommandSpec command) {
    List<String> all = command.commandLine().getParseResult().originalArgs();
    List<String> flags = all.subList(all.indexOf(command.name()) + 1, all.size());
    effective = Configuration.of(command.commandLine(), flags, System.getenv());
  }

  /** Null before it was read. */
  @Nullable
  Configuration effective() {
    return effective;
  }

  private @Nullable ConfigFile file() {
    Configuration read = effective;
    return read == null ? null : read.file();
  }

  /** Adds what the manifest is to say. */
  void describe(Map<String, String> config) {
    describe(config, file());
  }

  static void describe(Map<String, String> config, @Nullable ConfigFile file) {
    config.put("config.file", file == null ? "none" : String.valueOf(file.path().getFileName()));
    if (file != null) {
      config.put("config.file_sha256", file.sha256());
    }
  }

  /** For whoever reads that options do not go together, but typed only some of them. */
  String blame() {
    ConfigFile file = file();
    return file == null || file.options().isEmpty()
        ? ""
        : "; the options in %s count as well, --config /dev/null leaves them out"
            .formatted(file.path());
  }

  /** Where the options come from, for the user. */
  String words() {
    ConfigFile file = file();
    return file == null ? "" : "; options from " + file.path();
  }
}
