package io.esnode.nvml;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Field numbers of {@code nvmlDeviceGetFieldValues} by name and header. Numbers 199, 200 and 251 to 273 have meant different
 * things in different releases, so neither a number nor a name says anything without the header it belongs to.
 *
 * <p>Source: {@code field_ids.csv}, the difference of 26 revisions of nvml.h from 11.3 to 13.3. Thread-safe.
 */
public final class FieldCatalog {
  private static final String PREFIX = "NVML_FI_";
  private static final String DEVICE_PREFIX = "NVML_FI_DEV_";
  private static final List<Field> FIELDS = read();

  /**
   * One number with one meaning.
   *
   * @param name as in nvml.h
   * @param fromHeader first header that has it, see {@link NvmlHeader}; 0 where it is older than 11.3
   * @param toHeader last header that has it
   * @param note what the header says about it, may be empty
   */
  public record Field(int number, String name, int fromHeader, int toHeader, String note) {
    /** The name as timelines have it: {@code PCIE_REPLAY_COUNTER}, {@code PWR_SMOOTHING_ENABLED}. */
    public String shortName() {
      return name.substring((name.startsWith(DEVICE_PREFIX) ? DEVICE_PREFIX : PREFIX).length());
    }

    boolean isIn(int header) {
      return fromHeader <= header && header <= toHeader;
    }
  }

  private FieldCatalog() {}

  /**
   * The number of a field.
   *
   * @param name as in nvml.h, or {@linkplain Field#shortName() shortened}
   * @param header e.g. 1204, see {@link NvmlHeader}
   * @return empty where this header does not have the field
   */
  public static OptionalInt number(String name, int header) {
    for (Field field : FIELDS) {
      if (field.isIn(header) && (field.name().equals(name) || field.shortName().equals(name))) {
        return OptionalInt.of(field.number());
      }
    }
    return OptionalInt.empty();
  }

  /** What a number means in a header, named as in nvml.h. */
  public static Optional<String> name(int number, int header) {
    for (Field field : FIELDS) {
      if (field.number() == number && field.isIn(header)) {
        return Optional.of(field.name());
      }
    }
    return Optional.empty();
  }

  /** Whether any header has a field of this name. */
  public static boolean has(String name) {
    for (Field field : FIELDS) {
      if (field.name().equals(name) || field.shortName().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** All of them, by number. */
  public static List<Field> fields() {
    return FIELDS;
  }

  private static List<Field> read() {
    List<Field> fields = new ArrayList<>();
    try (InputStream in = FieldCatalog.class.getResourceAsStream("field_ids.csv")) {
      if (in == null) {
        throw new IllegalStateException("field_ids.csv is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] column = line.split(",", 8);
        int to = column[3].isEmpty() ? Integer.MAX_VALUE : NvmlHeader.parse(column[3]);
        String note = column[7].replace("\"", "");
        fields.add(new Field(
            Integer.parseInt(column[0]), column[1], NvmlHeader.parse(column[2]), to, note));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(fields);
  }
}
