package io.esnode.cli;

import io.esnode.signature.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code esnode}: finds the command, runs it, turns whatever went wrong into one line and an exit status. */
@Command(
    name = "esnode",
    description = "Flight recorder and forensic laboratory for GPU machines.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  /** By name, in the order of the help. */
  private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("demo", DemoCommand.class);
    COMMANDS.put("doctor", DoctorCommand.class);
    COMMANDS.put("record", RecordCommand.class);
    COMMANDS.put("simulate", SimulateCommand.class);
    COMMANDS.put("dump", DumpCommand.class);
    COMMANDS.put("recover", RecoverCommand.class);
    COMMANDS.put("release", ReleaseCommand.class);
    COMMANDS.put("status", StatusCommand.class);
    COMMANDS.put("mark", MarkCommand.class);
    COMMANDS.put("trigger", TriggerCommand.class);
    COMMANDS.put("seal", SealCommand.class);
    COMMANDS.put("sign", SignCommand.class);
    COMMANDS.put("attest", AttestCommand.class);
    COMMANDS.put("custody", CustodyCommand.class);
    COMMANDS.put("vouch", VouchCommand.class);
    COMMANDS.put("verify", VerifyCommand.class);
    COMMANDS.put("stamp", StampCommand.class);
    COMMANDS.put("key", KeyCommand.class);
    COMMANDS.put("trust", TrustCommand.class);
    COMMANDS.put("config", ConfigCommand.class);
    COMMANDS.put("analyze", AnalyzeCommand.class);
    COMMANDS.put("query", QueryCommand.class);
    COMMANDS.put("report", ReportCommand.class);
    COMMANDS.put("conformance", ConformanceCommand.class);
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  public static void main(String[] args) {
    // Messages are the same on every machine; evidence code names its locale itself.
    Locale.setDefault(Locale.ROOT);
    StandardOutput standard = new StandardOutput();
    PrintWriter out = new PrintWriter(standard, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exit = written(standard, err, run(out, err, args));
    err.flush();
    System.exit(exit);
  }

  /** The command's own status, unless its answer did not arrive and that is worse. */
  static int written(StandardOutput out, PrintWriter err, int exit) {
    String failure = out.failure();
    if (failure == null) {
      return exit;
    }
    err.println("esnode: standard output could not be written: " + Text.oneLine(failure));
    return exit == ExitCode.OK ? ExitCode.CANNOT_WRITE : exit;
  }

  /** All commands. */
  static CommandLine commands() {
    CommandLine line = new CommandLine(new Main());
    COMMANDS.values().forEach(line::addSubcommand);
    return readAlike(line.addSubcommand(CommandLine.HelpCommand.class));
  }

  /**
   * The one that is called, where there is one: the others' classes and models are a quarter of a short command's time, and 3 MB
   * that a recording process would keep.
   */
  private static CommandLine called(String... args) {
    Class<?> command = args.length == 0 ? null : COMMANDS.get(args[0]);
    return command == null
        ? commands()
        : readAlike(new CommandLine(new Main()).addSubcommand(command));
  }

  /** Runs one command line without ending the process. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = called(args);
    line.setOut(out);
    line.setErr(err);
    line.setExitCodeExceptionMapper(e -> e instanceof CommandException c ? c.exit() : ExitCode.BUG);
    line.setParameterExceptionHandler((e, a) -> usage(e));
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    try {
      return line.execute(args);
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** Reads a command's options as they are read everywhere. */
  static CommandLine line(Object command) {
    return readAlike(new CommandLine(command));
  }

  /** Of all subcommands that are there by now. */
  private static CommandLine readAlike(CommandLine line) {
    return line.setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getErr());
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  private static int usage(ParameterException e) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("esnode: " + Text.oneLine(String.valueOf(e.getMessage())));
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '%s --help'.".formatted(line.getCommandSpec().qualifiedName()));
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line) {
    if (e instanceof CommandException c) {
      line.getErr().println("esnode: " + Text.oneLine(String.valueOf(c.getMessage())));
      return c.exit();
    }
    StackTraceElement[] trace = e.getStackTrace();
    line.getErr()
        .println(
            "esnode: internal error in '%s': %s%s; please report it with this line and the command"
                .formatted(
                    line.getCommandSpec().qualifiedName(),
                    Text.oneLine(e.toString()),
                    trace.length == 0 ? "" : " at " + trace[0]));
    if (System.getenv("ESNODE_TRACE") != null) {
      e.printStackTrace(line.getErr());
    }
    return ExitCode.BUG;
  }
}
