package io.esnode.analyzer;

import io.esnode.json.Json;
import java.io.IOException;
import java.util.List;

/** Receives what a query gives, row by row. */
public interface QueryRows {
  /** Called once, before any row. */
  void columns(List<String> names) throws IOException;

  /**
   * Called for each row. Integers are numbers where JSON can hold them; decimals, reals and larger integers are strings,
   * exact; times are RFC 3339 in UTC; absence is null.
   */
  void row(List<Json> cells) throws IOException;
}
