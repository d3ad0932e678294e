package io.esnode.nvml;

import java.util.OptionalInt;

/**
 * Which nvml.h a running library speaks, as {@code major × 100 + minor}: 1204 is header 12.4. NVML does not say so itself; its
 * version string is {@code <CUDA major>.<driver version>}, and each driver branch belongs to one header.
 *
 * <p>Source: the branch of each CUDA release. Not confirmed on silicon: that a driver honours the field numbers of its header.
 */
public final class NvmlHeader {
  /** Driver branch and its header, ascending. A branch between two of them has the header of the older one. */
  private static final int[][] BRANCHES = {
    {465, 1103}, {470, 1104}, {495, 1105}, {510, 1106}, {515, 1107}, {520, 1108}, {525, 1200},
    {530, 1201}, {535, 1202}, {545, 1203}, {550, 1204}, {555, 1205}, {560, 1206}, {565, 1207},
    {570, 1208}, {575, 1209}, {580, 1300}, {590, 1301}, {595, 1302}, {610, 1303}
  };

  private NvmlHeader() {}

  /**
   * The header of a library.
   *
   * @param nvmlVersion {@code nvmlSystemGetNVMLVersion}, e.g. {@code 12.550.163.01}; may be empty
   * @param driverVersion {@code nvmlSystemGetDriverVersion}, e.g. {@code 550.163.01}; used where the first says nothing
   * @return empty where neither can be read, or the branch is older than 465
   */
  public static OptionalInt of(String nvmlVersion, String driverVersion) {
    int dot = nvmlVersion.indexOf('.');
    OptionalInt header = dot < 0 ? OptionalInt.empty() : ofDriver(nvmlVersion.substring(dot + 1));
    return header.isPresent() ? header : ofDriver(driverVersion);
  }

  /** The header of a driver, by its branch; a branch newer than any known has the newest known header. */
  public static OptionalInt ofDriver(String driverVersion) {
    int digits = 0;
    while (digits < driverVersion.length() && isDigit(driverVersion.charAt(digits))) {
      digits++;
    }
    if (digits == 0 || digits > 6) {
      return OptionalInt.empty();
    }
    int branch = Integer.parseInt(driverVersion, 0, digits, 10);
    OptionalInt header = OptionalInt.empty();
    for (int[] entry : BRANCHES) {
      if (entry[0] <= branch) {
        header = OptionalInt.of(entry[1]);
      }
    }
    return header;
  }

  /** The oldest driver branch with a header, e.g. 550 for 1204; empty for a header older than any known branch. */
  public static OptionalInt branch(int header) {
    for (int[] entry : BRANCHES) {
      if (entry[1] >= header) {
        return header < BRANCHES[0][1] ? OptionalInt.empty() : OptionalInt.of(entry[0]);
      }
    }
    return OptionalInt.empty();
  }

  /** Reads a header as the tables write it: {@code 12.4.127} is 1204, {@code pre-11.3} is 0. */
  static int parse(String version) {
    if (version.equals("pre-11.3")) {
      return 0;
    }
    String[] part = version.split("\\.", -1);
    return Integer.parseInt(part[0]) * 100 + Integer.parseInt(part[1]);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
