package io.esnode.cli;

import io.esnode.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode config}: what {@code record} would do, and because of what. */
@Command(
    name = "config",
    description = "Show the options of 'record' as they are in effect.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ConfigCommand.Show.class)
final class ConfigCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "no command given, expected 'show'");
  }

  /** {@code esnode config show}. */
  @Command(
      name = "show",
      description = {
        "Show every option of 'record', its value, and where it came from: flag, file and line, or default.",
        "Ends as 'record' would if they do not go together."
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode config show",
        "  esnode config show --config /etc/esnode/esnode.toml --format json",
        "  esnode config show -- --ring --keep 30m    with these flags of 'record' as well"
      })
  static final class Show implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
        names = "--config",
        paramLabel = "F",
        description = "Look at this file; default: the one that 'record' would take.")
    private @Nullable String file;

    @Option(
        names = "--format",
        paramLabel = "human|json",
        defaultValue = "human",
        description = "How to show it.")
    private Format format = Format.human;

    @Parameters(
        arity = "0..*",
        paramLabel = "-- FLAG",
        description = "Flags of 'record' that come before the file.")
    private List<String> flags = List.of();

    @Override
    public Integer call() {
      List<String> typed = new ArrayList<>();
      if (file != null) {
        typed.add("--config=" + file);
      }
      typed.addAll(flags);
      RecordCommand command = new RecordCommand();
      Configuration effective = Configuration.of(Main.line(command), typed, System.getenv());
      PrintWriter out = spec.commandLine().getOut();
      if (format == Format.json) {
        out.print(json(effective).pretty());
      } else {
        human(effective, out);
      }
      out.flush();
      command.check();
      return 0;
    }

    private static void human(Configuration effective, PrintWriter out) {
      ConfigFile file = effective.file();
      out.println(
          file == null
              ? "file: none"
              : "file: %s (%s), SHA-256 %s"
                  .formatted(Text.oneLine(file.path().toString()), words(file), file.sha256()));
      for (Setting setting : effective.settings()) {
        List<String> values = setting.values().isEmpty() ? List.of("-") : setting.values();
        for (String value : values) {
          out.println(
              "%-16s %-32s %s".formatted(setting.key(), Text.oneLine(value), words(setting, file)));
        }
      }
    }

    private static String words(ConfigFile file) {
      return switch (file.chosenBy()) {
        case "flag" -> "--config";
        case "environment" -> "$ESNODE_CONFIG";
        default -> "its usual place";
      };
    }

    private static String words(Setting setting, @Nullable ConfigFile file) {
      Integer line = setting.line();
      return line == null || file == null
          ? setting.origin().name().toLowerCase(Locale.ROOT)
          : Text.oneLine(file.place(line));
    }

    private static Json.Obj json(Configuration effective) {
      List<Json> options = new ArrayList<>();
      for (Setting setting : effective.settings()) {
        List<Json> values = new ArrayList<>();
        setting.values().forEach(value -> values.add(Json.of(value)));
        Json.Builder option = Json.object()
            .put("key", setting.key())
            .put("values", Json.array(values))
            .put("origin", setting.origin().name().toLowerCase(Locale.ROOT))
            .put("reload", Reloading.KEYS.contains(setting.key()));
        if (setting.line() != null) {
          option.put("line", setting.line());
        }
        options.add(option.build());
      }
      Json.Builder all = Json.object()
          .put("schema", "esnode.config/1")
          .put("command", "record")
          .put("options", Json.array(options));
      ConfigFile file = effective.file();
      if (file != null) {
        all.put(
            "file",
            Json.object()
                .put("path", file.path().toString())
                .put("chosen_by", file.chosenBy())
                .put("sha256", file.sha256())
                .build());
      }
      return all.build();
    }
  }
}
