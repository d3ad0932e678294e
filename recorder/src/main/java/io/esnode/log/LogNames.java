package io.esnode.log;

import io.esnode.kernel.PrintableText;
import io.esnode.kernel.Pseudonyms;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Keyed tokens for the names in what daemons write: those of the kernel log, and besides them pods, jobs and hosts as kubelet,
 * containerd and slurmd write them, accounts as login programs do. Command lines are left out, also where clear names were
 * chosen. Not thread-safe.
 */
public final class LogNames {
  static final String LEFT_OUT = "[left out]";

  private static final int TEXT_CHARS = 2048;

  /** From here to the end of the text everything may be an argument. */
  private static final Pattern COMMAND_LINE = Pattern.compile(
      "(\\bCOMMAND=|\\bCMD \\(|\\b(?:cmdline|command line|command|args|argv|cmd)(?:=|: )).*",
      Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  private static final String QUOTED = "\\\\?\"([^\"\\\\]{1,512})";

  private record Shape(String kind, Pattern pattern) {}

  /** The name is the first group. */
  private static final List<Shape> SHAPES = List.of(
      new Shape(
          "pod",
          Pattern.compile(
              "\\b(?:pod|pods|podName|pod_name|namespace|sandbox)(?:=\\[?| )" + QUOTED)),
      new Shape(
          "pod", Pattern.compile("\\b(?:pod_name|podName|namespace|pod)=([^\\s\",;)\\[]{1,256})")),
      new Shape("pod", Pattern.compile("\\bPodSandboxMetadata\\{Name:([^,}]{1,256})")),
      new Shape("pod", Pattern.compile("\\bNamespace:([^,}\\s]{1,256})")),
      new Shape(
          "host", Pattern.compile("\\b(?:node|nodeName|hostName|hostname|host|rhost)=" + QUOTED)),
      new Shape(
          "host",
          Pattern.compile(
              "\\b(?:nodeName|node_name|hostName|hostname|rhost|HOST)[=:]([^\\s\",;)]{1,256})")),
      new Shape(
          "job", Pattern.compile("\\b(?:job|job_name|jobName|JobName)=\"?([^\\s\",;)]{1,256})")),
      new Shape(
          "account",
          Pattern.compile(
              "\\bfor (?:invalid user |illegal user )?([^\\s:]{1,64}) from (?=[0-9A-Fa-f:.]{3,45} )")),
      new Shape("account", Pattern.compile("\\(to ([^\\s)]{1,64})\\)")),
      new Shape(
          "account",
          Pattern.compile(
              "^ {0,4}([A-Za-z_][0-9A-Za-z_.-]{0,63}) : (?=.{0,256}(?:TTY|PWD|USER|incorrect password|NOT in sudoers))")),
      new Shape(
          "account", Pattern.compile("\\b(?:USER|LOGNAME|ruser|username)=([^\\s;,\"]{1,64})")));

  private final Pseudonyms names;

  /** Names as {@code names} gives them. */
  public LogNames(Pseudonyms names) {
    this.names = names;
  }

  String account(String name) {
    return names.name("account", printable(name));
  }

  String name(String kind, String name) {
    return names.name(kind, printable(name));
  }

  /** A short word of a record in which names may stand: a path, a unit, an address. */
  String word(String word) {
    return names.text(printable(word));
  }

  /** Printable and bounded, names in it tokens, without command lines. */
  public String text(String text) {
    String safe = COMMAND_LINE.matcher(printable(text)).replaceFirst("$1" + LEFT_OUT);
    for (Shape shape : SHAPES) {
      safe = shape
          .pattern()
          .matcher(safe)
          .replaceAll(m -> java.util.regex.Matcher.quoteReplacement(token(shape.kind(), m)));
    }
    return names.text(safe);
  }

  private String token(String kind, MatchResult match) {
    String all = match.group();
    int from = match.start(1) - match.start();
    return all.substring(0, from)
        + names.name(kind, match.group(1))
        + all.substring(match.end(1) - match.start());
  }

  private static String printable(String text) {
    String cut = text.length() > TEXT_CHARS ? text.substring(0, TEXT_CHARS) + " …" : text;
    return PrintableText.of(cut);
  }
}
