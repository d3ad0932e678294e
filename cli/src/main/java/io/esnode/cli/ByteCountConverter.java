package io.esnode.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 512M}, {@code 2G}, {@code 65536}: bytes, units of 1024. */
final class ByteCountConverter implements ITypeConverter<Long> {
  private static final Pattern COUNT = Pattern.compile("([0-9]{1,12})([KMG]?)");

  @Override
  public Long convert(String text) {
    Matcher matcher = COUNT.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "': expected bytes such as 512M or 2G");
    }
    int shift = switch (matcher.group(2)) {
      case "K" -> 10;
      case "M" -> 20;
      case "G" -> 30;
      default -> 0;
    };
    return Long.parseLong(matcher.group(1)) << shift;
  }
}
