package io.esnode.nvml;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Which header first had a function.
 *
 * <p>Source: {@code functions.csv}, the difference of 26 revisions of nvml.h from 11.3 to 13.3. Thread-safe.
 */
public final class FunctionCatalog {
  private static final Map<String, Integer> FIRST_HEADERS = read();

  private FunctionCatalog() {}

  /** Whether a header, e.g. 1204, declares the function. */
  public static boolean isIn(NvmlFunction function, int header) {
    Integer first = FIRST_HEADERS.get(function.symbol());
    return first != null && first <= header;
  }

  private static Map<String, Integer> read() {
    Map<String, Integer> headers = new HashMap<>();
    try (InputStream in = FunctionCatalog.class.getResourceAsStream("functions.csv")) {
      if (in == null) {
        throw new IllegalStateException("functions.csv is not on the class path");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] column = line.split(",", 3);
        headers.put(column[0], NvmlHeader.parse(column[1]));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.copyOf(headers);
  }
}
