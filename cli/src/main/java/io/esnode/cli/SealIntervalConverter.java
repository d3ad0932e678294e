package io.esnode.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;

/** Reads a duration, or {@code off} as zero. */
final class SealIntervalConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return text.equals("off") ? Duration.ZERO : new DurationConverter().convert(text);
  }
}
