package io.esnode.kernel;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a record says, in columns of the table {@code event}.
 *
 * @param eventClass e.g. {@code xid}
 * @param entity whom it is about, without a GPU's UUID: {@code node}, {@code gpu:pci:0000:0f:00}, {@code net:eth0}
 * @param texts and {@code numbers}: other columns by name
 */
record KernelEvent(
    String eventClass, String entity, Map<String, String> texts, Map<String, Long> numbers) {
  static final String NODE = "node";

  KernelEvent {
    texts = Map.copyOf(texts);
    numbers = Map.copyOf(numbers);
  }

  static Builder of(String eventClass) {
    return new Builder(eventClass);
  }

  /** Columns are set as far as the line has them. */
  static final class Builder {
    private final String eventClass;
    private final Map<String, String> texts = new TreeMap<>();
    private final Map<String, Long> numbers = new TreeMap<>();
    private String entity = NODE;

    private Builder(String eventClass) {
      this.eventClass = eventClass;
    }

    Builder entity(String name) {
      entity = name;
      return this;
    }

    /** A GPU by its address. */
    Builder gpu(String address) {
      return pci("gpu:pci:", address);
    }

    /** Something else on the bus. */
    Builder device(String address) {
      return pci("pci:", address);
    }

    private Builder pci(String prefix, String address) {
      String normal = PciAddress.of(address);
      return normal == null ? this : entity(prefix + normal).text("pci_address", normal);
    }

    Builder text(String column, @Nullable String value) {
      if (value != null && !value.isEmpty()) {
        texts.put(column, value);
      }
      return this;
    }

    /** Digits of at most 18 places, signed or not; anything else is left out. */
    Builder number(String column, @Nullable String digits) {
      if (digits != null && digits.matches("-?[0-9]{1,18}")) {
        numbers.put(column, Long.parseLong(digits));
      }
      return this;
    }

    Builder number(String column, long value) {
      numbers.put(column, value);
      return this;
    }

    /** Up to 16 hexadecimal digits, with or without {@code 0x}; a full 64-bit word keeps its bits. */
    Builder hex(String column, @Nullable String digits) {
      if (digits != null && digits.matches("(?:0[xX])?[0-9a-fA-F]{1,16}")) {
        String plain =
            digits.length() > 2 && (digits.charAt(1) | 0x20) == 'x' ? digits.substring(2) : digits;
        numbers.put(column, Long.parseUnsignedLong(plain, 16));
      }
      return this;
    }

    KernelEvent build() {
      return new KernelEvent(eventClass, entity, texts, numbers);
    }
  }
}
