package io.esnode.cli;

import io.esnode.trigger.Trigger;
import io.esnode.trigger.TriggerException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads what {@code --trigger} declares. */
final class TriggerConverter implements ITypeConverter<Trigger> {
  @Override
  public Trigger convert(String text) {
    try {
      return Trigger.parse(text);
    } catch (TriggerException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
