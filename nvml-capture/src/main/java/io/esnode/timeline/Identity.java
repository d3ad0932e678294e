package io.esnode.timeline;

/** What a GPU says of itself where the timeline says nothing: an H100, as {@code docs/format/timeline.md} has it. */
final class Identity {
  private static final int GPUS_PER_SOCKET = 4;
  private static final long CHECKSUM = 0x5eed0000L;
  private static final String PADDING = "000000000000";

  private Identity() {}

  static String standard(String key, int gpu, Timeline timeline) {
    return switch (key) {
      case "uuid" -> "GPU-00000000-0000-0000-0000-" + lowerHex(gpu, 12);
      case "name" -> "NVIDIA H100 80GB HBM3";
      case "pci" -> "00000000:" + upperHex((gpu + 1) & 0xff, 2) + ":00.0";
      case "pci_device" -> Long.toString(0x233010DEL);
      case "pci_subsystem" -> Long.toString(0x16C110DEL);
      case "vbios" -> "96.00.89.00.01";
      case "minor", "module" -> Integer.toString(gpu);
      case "board" -> Integer.toString(256 * bus(timeline.gpu(gpu, "pci").orElse("")));
      case "architecture" -> "9";
      case "brand" -> "14";
      case "capability" -> "9.0";
      case "cores" -> "16896";
      case "bus_width" -> "5120";
      case "numa" -> Integer.toString(gpu / GPUS_PER_SOCKET);
      case "inforom" -> "G520.0200.00.05";
      case "inforom_oem" -> "2.1";
      case "inforom_ecc" -> "7.16";
      case "checksum" -> Long.toString(CHECKSUM + gpu);
      default -> TimelineParser.NONE;
    };
  }

  /** Bus number of an address {@code 00000000:0F:00.0}, 0 where there is none. */
  static int bus(String pci) {
    return pci.length() < 11 ? 0 : Integer.parseInt(pci, 9, 11, 16);
  }

  static String upperHex(int number, int width) {
    StringBuilder hex = new StringBuilder();
    for (char digit : lowerHex(number, width).toCharArray()) {
      hex.append(digit >= 'a' ? (char) (digit - 'a' + 'A') : digit);
    }
    return hex.toString();
  }

  static String lowerHex(int number, int width) {
    String digits = Integer.toHexString(number);
    return PADDING.substring(0, width - digits.length()) + digits;
  }
}
