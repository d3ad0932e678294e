package io.esnode.cli;

import io.esnode.keyfile.PassphraseFile;
import io.esnode.keyfile.Passphrases;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where the passphrase of a private key, or the PIN of its token, comes from; never the command line, which everybody on the
 * machine can read. It is obtained once and kept in memory as long as the command runs.
 */
final class PassphraseOptions implements Passphrases {
  @Option(
      names = "--passphrase-file",
      paramLabel = "F",
      description =
          "Take the passphrase of the key, or the PIN of its token, from the first line of this file; default: ask on the terminal.")
  private @Nullable Path file;

  @Option(
      names = "--passphrase-env",
      paramLabel = "NAME",
      description = "Take it from this environment variable, which child processes do not get.")
  private @Nullable String variable;

  @Option(
      names = "--passphrase-fd",
      paramLabel = "N",
      description = "Take it from the first line of this inherited file descriptor, e.g. a pipe.")
  private @Nullable Integer descriptor;

  private char @Nullable [] obtained;

  /** Whether it is given in any way but by asking. */
  boolean isGiven() {
    return file != null || variable != null || descriptor != null;
  }

  /** How it is given, for the configuration. */
  String words() {
    if (file != null) {
      return "file";
    }
    return variable != null ? "environment" : descriptor != null ? "descriptor" : "terminal";
  }

  @Override
  public char[] of(String name) throws KeyFileException {
    return once(name, false);
  }

  /** The same of a key that is made: where somebody types it, twice. */
  char[] ofNew(String name) throws KeyFileException {
    return once(name, true);
  }

  private synchronized char[] once(String name, boolean twice) throws KeyFileException {
    char[] known = obtained;
    if (known == null) {
      known = obtain(name, twice);
      obtained = known;
    }
    return known.clone();
  }

  @SuppressWarnings("SystemConsoleNull") // from Java 22 on it need not be null: hence isTerminal
  private char[] obtain(String name, boolean twice) throws KeyFileException {
    if (Stream.of(file != null, variable != null, descriptor != null)
            .filter(given -> given)
            .count()
        > 1) {
      throw new CommandException(
          ExitCode.USAGE, "--passphrase-file, --passphrase-env and --passphrase-fd: choose one");
    }
    if (file != null) {
      return PassphraseFile.read(file);
    }
    if (variable != null) {
      HiddenVariable.hide(variable);
      return inEnvironment(variable, System.getenv());
    }
    if (descriptor != null) {
      return inherited(descriptor);
    }
    Console console = System.console();
    if (console == null || !isTerminal()) {
      throw new KeyFileException(
          "%s: a passphrase is needed, and there is no terminal to ask on; give --passphrase-file, --passphrase-env or --passphrase-fd"
              .formatted(name));
    }
    return typed(name, twice, prompt -> console.readPassword("%s", prompt));
  }

  private static boolean isTerminal() {
    try {
      String input = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
      return input.startsWith("/dev/pts/") || input.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  private static char[] inEnvironment(String name, Map<String, String> environment)
      throws KeyFileException {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new KeyFileException("--passphrase-env %s: %s, expected a passphrase in it"
          .formatted(name, value == null ? "not set" : "empty"));
    }
    return value.toCharArray();
  }

  private static char[] inherited(int descriptor) throws KeyFileException {
    String name = "--passphrase-fd " + descriptor;
    if (descriptor == 0) {
      try {
        return PassphraseFile.read(name, standardInput());
      } catch (KeyFileException e) {
        throw e;
      } catch (IOException e) {
        throw new KeyFileException("%s: cannot be read: %s".formatted(name, e.getMessage()), e);
      }
    }
    return PassphraseFile.read(Path.of("/proc/self/fd", Integer.toString(descriptor)));
  }

  /** Unbuffered, so that what follows the line is left to whoever reads on. */
  static InputStream standardInput() {
    return new FileInputStream(FileDescriptor.in);
  }

  /** @param ask shows a prompt and reads without echo, null at the end of input */
  static char[] typed(String name, boolean twice, Function<String, char @Nullable []> ask)
      throws KeyFileException {
    char[] first = ask.apply("Passphrase of %s: ".formatted(Text.oneLine(name)));
    if (first == null || first.length == 0) {
      throw new KeyFileException(name + ": no passphrase was typed");
    }
    if (twice) {
      char[] second = ask.apply("The same again: ");
      boolean same = Arrays.equals(first, second);
      if (second != null) {
        Arrays.fill(second, '\0');
      }
      if (!same) {
        Arrays.fill(first, '\0');
        throw new KeyFileException(name + ": the two passphrases differ; nothing was made");
      }
    }
    return first;
  }

  /** Overwrites what is kept. */
  synchronized void forget() {
    char[] known = obtained;
    if (known != null) {
      Arrays.fill(known, '\0');
      obtained = null;
    }
  }
}
