package io.esnode.cli;

import io.esnode.toml.Toml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options of a command as they are in effect: flags before one configuration file before defaults. Immutable. */
final class Configuration {
  private static final Pattern PREAMBLE =
      Pattern.compile("^Invalid value for option '[^']*'(?: \\([^)]*\\))?(?: at index \\d+)?: ");

  /** Nothing was configured. */
  static final Configuration NONE = new Configuration(List.of(), null, Map.of());

  private final List<String> flags;
  private final @Nullable ConfigFile file;
  private final Map<String, Setting> settings;

  private Configuration(
      List<String> flags, @Nullable ConfigFile file, Map<String, Setting> settings) {
    this.flags = List.copyOf(flags);
    this.file = file;
    this.settings = settings;
  }

  /**
   * Sets the fields of a command.
   *
   * @param flags what was typed after its name
   * @throws ParameterException if a flag is wrong
   * @throws CommandException if the file is, with the place in it
   */
  static Configuration of(
      CommandLine command, List<String> flags, Map<String, String> environment) {
    ParseResult typed = command.parseArgs(flags.toArray(new String[0]));
    Path given = typed.matchedOptionValue("--config", null);
    return of(command, flags, ConfigFile.find(given, environment));
  }

  /** Sets the fields of another command of the same kind, from the same flags and the same file as it is now. */
  Configuration again(CommandLine command) {
    return of(command, flags, file == null ? null : file.again());
  }

  private static Configuration of(
      CommandLine command, List<String> flags, @Nullable ConfigFile file) {
    Map<String, OptionSpec> keys = ConfigKeys.of(command.getCommandSpec());
    ParseResult typed = command.parseArgs(flags.toArray(new String[0]));
    Set<String> typedKeys = new HashSet<>();
    keys.forEach((key, option) -> {
      if (typed.hasMatchedOption(option)) {
        typedKeys.add(key);
      }
    });
    Map<String, Setting> settings = new TreeMap<>();
    List<String> words = new ArrayList<>();
    if (file != null) {
      file.options().forEach((key, value) -> {
        OptionSpec option = ConfigKeys.option(keys, file, key, value);
        List<String> values = ConfigKeys.words(option, file, key, value);
        check(command, file, key, value, option, values);
        if (!typedKeys.contains(key)) {
          words.addAll(typedAs(option, values));
          settings.put(key, new Setting(key, values, Setting.Origin.FILE, value.line()));
        }
      });
    }
    words.addAll(flags);
    ParseResult all = command.parseArgs(words.toArray(new String[0]));
    keys.forEach((key, option) -> {
      if (typedKeys.contains(key)) {
        List<String> values = ConfigKeys.isSwitch(option)
            ? List.of("true")
            : all.matchedOption(option.longestName()).originalStringValues();
        settings.put(key, new Setting(key, values, Setting.Origin.FLAG, null));
      } else if (!settings.containsKey(key)) {
        settings.put(key, new Setting(key, defaults(option), Setting.Origin.DEFAULT, null));
      }
    });
    return new Configuration(flags, file, settings);
  }

  private static List<String> defaults(OptionSpec option) {
    String value = option.defaultValue();
    if (value != null) {
      return List.of(value);
    }
    return ConfigKeys.isSwitch(option) ? List.of("false") : List.of();
  }

  private static List<String> typedAs(OptionSpec option, List<String> values) {
    String name = option.longestName();
    if (ConfigKeys.isSwitch(option)) {
      return values.equals(List.of("true")) ? List.of(name) : List.of();
    }
    return values.stream().map(value -> name + "=" + value).toList();
  }

  /** A value is checked whether or not a flag comes before it. */
  private static void check(
      CommandLine command,
      ConfigFile file,
      String key,
      Toml value,
      OptionSpec option,
      List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      try {
        command.parseArgs(typedAs(option, List.of(words.get(i))).toArray(new String[0]));
      } catch (ParameterException e) {
        int line =
            value instanceof Toml.Array array ? array.elements().get(i).line() : value.line();
        String why = PREAMBLE.matcher(String.valueOf(e.getMessage())).replaceFirst("");
        throw ConfigFile.wrong(file.path(), line, "%s: %s".formatted(key, why));
      }
    }
  }

  /** Null where there is none. */
  @Nullable
  ConfigFile file() {
    return file;
  }

  /** In alphabetical order. */
  List<Setting> settings() {
    return List.copyOf(settings.values());
  }

  /** This one, but for the values of some keys, which are still those of another. */
  Configuration with(Configuration other, Set<String> keys) {
    Map<String, Setting> mixed = new TreeMap<>(settings);
    keys.forEach(key -> mixed.put(key, other.settings.getOrDefault(key, mixed.get(key))));
    return new Configuration(flags, file, mixed);
  }

  /** Keys whose values are others than those. */
  Set<String> changedSince(Configuration before) {
    Set<String> changed = new TreeSet<>();
    settings.forEach((key, now) -> {
      Setting then = before.settings.get(key);
      if (then == null || !then.values().equals(now.values())) {
        changed.add(key);
      }
    });
    return changed;
  }
}
