package io.esnode.exposition;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads an exposition: the text format 0.0.4 of Prometheus, or OpenMetrics 1.0. Lines that are no sample are counted and left
 * out, and so is a last line without its end; whatever the bytes, nothing is thrown. Not thread-safe.
 */
public final class ExpositionReader {
  /** Endings of a family's samples; the longer first where one ends in another. */
  private static final List<String> SUFFIXES =
      List.of("_bucket", "_gcount", "_count", "_gsum", "_sum", "_total", "_created", "_info");

  private static final Set<String> TYPES = Set.of(
      "counter",
      "gauge",
      "histogram",
      "summary",
      "untyped",
      "unknown",
      "info",
      "stateset",
      "gaugehistogram");

  private final boolean openMetrics;
  private final ExpositionLimits limits;
  private final Map<String, String> types = new HashMap<>();
  private final Set<String> series = new HashSet<>();
  private final List<Sample> samples = new ArrayList<>();
  private long broken;
  private long firstBroken;
  private String why = "";
  private long twice;
  private long tooMany;
  private long tooLarge;

  private ExpositionReader(boolean openMetrics, ExpositionLimits limits) {
    this.openMetrics = openMetrics;
    this.limits = limits;
  }

  /**
   * Reads all there is.
   *
   * @param openMetrics whether the endpoint says that it is OpenMetrics
   */
  public static Exposition read(byte[] utf8, boolean openMetrics, ExpositionLimits limits) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      return new Exposition(List.of(), false, List.of("the text is not UTF-8"));
    }
    return new ExpositionReader(openMetrics, limits).read(text);
  }

  private Exposition read(String text) {
    int from = 0;
    long number = 1;
    boolean ended = false;
    for (int end = text.indexOf('\n'); end >= 0 && !ended; end = text.indexOf('\n', from)) {
      String line = text.substring(from, end);
      ended = openMetrics && line.equals("# EOF");
      if (!ended) {
        line(line, number);
      }
      from = end + 1;
      number++;
    }
    String rest = text.substring(from);
    ended |= openMetrics && rest.equals("# EOF");
    boolean torn = openMetrics ? !ended : !rest.isEmpty();
    List<String> troubles = new ArrayList<>();
    if (torn) {
      troubles.add(openMetrics ? "the text ends before its # EOF" : "the text ends inside a line");
    }
    if (broken > 0) {
      troubles.add(
          "%d lines are no sample, the first is line %d: %s".formatted(broken, firstBroken, why));
    }
    add(troubles, tooMany, "more than %d".formatted(limits.series()));
    add(troubles, tooLarge, "more or longer labels than are taken");
    add(troubles, twice, "given twice, the first counts");
    return new Exposition(samples, !torn && broken + tooMany + tooLarge == 0, troubles);
  }

  private static void add(List<String> troubles, long count, String what) {
    if (count > 0) {
      troubles.add("%d series left out: %s".formatted(count, what));
    }
  }

  private void line(String line, long number) {
    String bare = line.strip();
    if (bare.isEmpty()) {
      return;
    }
    if (bare.startsWith("#")) {
      comment(bare);
      return;
    }
    try {
      sample(SampleLine.read(bare, openMetrics));
    } catch (SampleLine.SyntaxException e) {
      if (broken++ == 0) {
        firstBroken = number;
        why = String.valueOf(e.getMessage());
      }
    }
  }

  /** Only {@code # TYPE name type} says something that is recorded. */
  private void comment(String line) {
    String[] words = line.split("[ \t]+", 5);
    if (words.length == 4 && words[1].equals("TYPE") && TYPES.contains(words[3])) {
      types.putIfAbsent(words[2], words[3]);
    }
  }

  private void sample(Sample read) {
    boolean large = read.name().length() > limits.nameChars()
        || read.labels().size() > limits.labels()
        || read.labels().entrySet().stream()
            .anyMatch(label -> label.getKey().length() > limits.nameChars()
                || label.getValue().length() > limits.valueChars());
    if (large) {
      tooLarge++;
    } else if (series.contains(read.series())) {
      twice++;
    } else if (samples.size() == limits.series()) {
      tooMany++;
    } else {
      series.add(read.series());
      samples.add(
          new Sample(read.name(), read.labels(), type(read.name()), read.value(), read.tsMicros()));
    }
  }

  private @Nullable String type(String name) {
    String own = types.get(name);
    if (own != null) {
      return own;
    }
    for (String suffix : SUFFIXES) {
      if (name.endsWith(suffix)) {
        return types.get(name.substring(0, name.length() - suffix.length()));
      }
    }
    return null;
  }
}
