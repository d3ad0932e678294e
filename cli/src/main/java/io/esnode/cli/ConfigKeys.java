package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.toml.Toml;
import io.esnode.trigger.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Which options of a command can stand in a configuration file, and what may be written there; all from its own model. */
final class ConfigKeys {
  /** What says where the options are is none of them. */
  private static final String CONFIG = "--config";

  private ConfigKeys() {}

  /** In alphabetical order. */
  static Map<String, OptionSpec> of(CommandSpec command) {
    Map<String, OptionSpec> keys = new TreeMap<>();
    for (OptionSpec option : command.options()) {
      String name = option.longestName();
      if (name.startsWith("--")
          && !name.equals(CONFIG)
          && !option.usageHelp()
          && !option.versionHelp()) {
        keys.put(key(option), option);
      }
    }
    return keys;
  }

  static String key(OptionSpec option) {
    return option.longestName().substring(2).replace('-', '_');
  }

  /** Whether it is there or not, and takes no value. */
  static boolean isSwitch(OptionSpec option) {
    return option.arity().max() == 0;
  }

  /** What is expected as its value. */
  static String expected(OptionSpec option) {
    if (isSwitch(option)) {
      return "true or false";
    }
    if (option.isMultiValue()) {
      return "a list of strings, [\"%s\"]".formatted(option.paramLabel());
    }
    return isNumber(option)
        ? "a number, or a string in quotes"
        : "a string in quotes, \"%s\"".formatted(option.paramLabel());
  }

  private static boolean isNumber(OptionSpec option) {
    Class<?> type = option.type();
    return type == int.class
        || type == long.class
        || type == double.class
        || Number.class.isAssignableFrom(type);
  }

  /** The option of that key. */
  static OptionSpec option(Map<String, OptionSpec> keys, ConfigFile file, String key, Toml value) {
    OptionSpec option = keys.get(key);
    if (option == null) {
      List<String> nearest = Nearest.anyTo(key, keys.keySet());
      throw ConfigFile.wrong(
          file.path(),
          value.line(),
          "%s: no such key in [%s], perhaps %s"
              .formatted(key, ConfigFile.TABLE, String.join(" or ", nearest)));
    }
    return option;
  }

  /**
   * The value as it would be typed; of a list several, of a switch {@code true} or {@code false}.
   *
   * @throws CommandException with {@link ExitCode#MALFORMED} if it is of another type
   */
  static List<String> words(OptionSpec option, ConfigFile file, String key, Toml value) {
    List<String> words = new ArrayList<>();
    if (isSwitch(option) && value instanceof Toml.Truth truth) {
      words.add(Boolean.toString(truth.value()));
    } else if (option.isMultiValue() && value instanceof Toml.Array array) {
      array.elements().forEach(element -> words.add(word(option, file, key, element)));
    } else if (!isSwitch(option) && !option.isMultiValue()) {
      words.add(word(option, file, key, value));
    } else {
      throw otherType(option, file, key, value);
    }
    return words;
  }

  private static String word(OptionSpec option, ConfigFile file, String key, Toml value) {
    if (value instanceof Toml.Text text) {
      return text.value();
    }
    if (isNumber(option) && value instanceof Toml.Whole whole) {
      return Long.toString(whole.value());
    }
    if (isNumber(option) && value instanceof Toml.Real real) {
      return real.value();
    }
    throw otherType(option, file, key, value);
  }

  private static CommandException otherType(
      OptionSpec option, ConfigFile file, String key, Toml value) {
    return ConfigFile.wrong(
        file.path(),
        value.line(),
        "%s: found %s, expected %s".formatted(key, value.kind(), expected(option)));
  }
}
