package io.esnode.spool;

/**
 * Whose ticks a lane holds.
 *
 * @param number counts the lanes of a recording from 0
 * @param table the one table of its rows
 * @param entity the GPU that answered, e.g. {@code gpu:UUID}; its rows may name parts of it
 * @param origin of every row: {@code live} or {@code simulated}; {@link #BURST}: live, and taken between two ticks;
 *     {@link #SIMULATED_BURST}: simulated, and so
 */
public record LaneName(int number, String table, String entity, String origin) {
  /** Origin of a lane whose frames are counted from 0 and belong to no tick. */
  public static final String BURST = "burst";

  /** The same of what no machine said. */
  public static final String SIMULATED_BURST = "simulated burst";

  /** The origin of what is taken between the ticks of an origin. */
  public static String burst(String origin) {
    return origin.equals("simulated") ? SIMULATED_BURST : BURST;
  }

  /** Whether its rows belong to no tick. */
  public boolean isBurst() {
    return origin.equals(BURST) || origin.equals(SIMULATED_BURST);
  }

  /** What stands in the rows' {@code origin} column. */
  public String rowOrigin() {
    return switch (origin) {
      case BURST -> "live";
      case SIMULATED_BURST -> "simulated";
      default -> origin;
    };
  }

  /** What a gap row calls its frames. */
  public String metric() {
    return isBurst() ? BURST + "." + table : table;
  }
}
