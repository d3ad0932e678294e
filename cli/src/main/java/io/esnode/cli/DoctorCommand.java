package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.doctor.CaptureQuestion;
import io.esnode.doctor.Check;
import io.esnode.doctor.Examination;
import io.esnode.doctor.GpuQuestion;
import io.esnode.doctor.Machine;
import io.esnode.signature.ExitCode;
import io.esnode.source.Clock;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code esnode doctor}: what can be recorded here, and what would have to change for the rest. */
@Command(
    name = "doctor",
    description =
        "Say what can and cannot be recorded on this machine, why, and the line that would change it. Writes nothing.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:everything that is here can be recorded",
      "1:something that is here cannot",
    },
    footerHeading = "%nExamples:%n",
    footer = {"  esnode doctor", "  esnode doctor --format json", "  sudo esnode doctor"})
final class DoctorCommand implements Callable<Integer> {
  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final int WIDTH = 80;
  private static final int STATE_WIDTH = 9;
  private static final int ITEM_WIDTH = 15;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Option(
      names = "--format",
      paramLabel = "human|json",
      description = "human or json (default: human).")
  private Format format = Format.human;

  @Option(
      names = "--nvml-library",
      paramLabel = "PATH",
      description = "Ask this library instead of the system's; what it says is simulated.")
  private @Nullable Path library;

  @Option(
      names = "--deadline",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "5s",
      description = "How long the GPUs may take to answer; default: ${DEFAULT-VALUE}.")
  private Duration limit = Duration.ofSeconds(5);

  @Option(names = "--root", hidden = true, description = "Look below this directory, for tests.")
  private Path root = Path.of("/");

  @Override
  public Integer call() {
    if (library != null && !Files.isReadable(library)) {
      throw new CommandException(
          ExitCode.MALFORMED,
          "--nvml-library %s: cannot be read; name a file that can be loaded as libnvidia-ml.so.1"
              .formatted(library));
    }
    Home home = Home.of(System.getenv());
    Examination examination = Examination.of(
        new Machine(root, System.getenv()),
        Path.of("").toAbsolutePath(),
        home.nodeKey(),
        home.siteKey(),
        question(),
        library != null);
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.json) {
      out.print(examination.toJson().pretty());
    } else {
      lines(examination).forEach(out::println);
    }
    return examination.count(Check.State.BLOCKED) == 0 ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  /** The process that a recording would start, for one tick. */
  private GpuQuestion question() {
    return new CaptureQuestion(
        () -> ChildJvm.capture(
                library == null ? null : library.toAbsolutePath(),
                root,
                Clock.system().now().monoNanos(),
                INTERVAL.toNanos(),
                Sha256.hex("esnode doctor"),
                Set.of())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start(),
        limit);
  }

  /** No line is wider than a terminal of 80 columns, unless a single word is. */
  static List<String> lines(Examination examination) {
    List<String> lines = new ArrayList<>();
    if (examination.simulated()) {
      lines.add("SIMULATED: the GPUs are those of the library that was named");
    }
    for (Check check : examination.checks()) {
      String head =
          pad(check.state().word(), STATE_WIDTH) + pad(Text.oneLine(check.item()), ITEM_WIDTH);
      wrap(head, Text.oneLine(check.found()), lines);
      String remedy = check.remedy();
      if (remedy != null) {
        // Kept whole, to be copied.
        lines.add(" ".repeat(STATE_WIDTH) + "-> " + Text.oneLine(remedy));
      }
    }
    lines.add("");
    lines.add("%d checks: %d ok, %d to note, %d blocked, %d not on this machine"
        .formatted(
            examination.checks().size(),
            examination.count(Check.State.OK),
            examination.count(Check.State.NOTE),
            examination.count(Check.State.BLOCKED),
            examination.count(Check.State.ABSENT)));
    return lines;
  }

  private static void wrap(String head, String text, List<String> lines) {
    StringBuilder line = new StringBuilder(head);
    for (String word : text.split(" ", -1)) {
      boolean first = line.length() == head.length() || line.toString().isBlank();
      if (!first && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(head.length()));
        first = true;
      }
      line.append(first ? "" : " ").append(word);
    }
    lines.add(line.toString().stripTrailing());
  }

  private static String pad(String text, int width) {
    return text.length() < width ? text + " ".repeat(width - text.length()) : text + " ";
  }
}
