package io.esnode.scenario;

import java.util.Map;

/**
 * What a driver of the 550 to 590 branches prints after the number of an XID, in the shape of its format strings; the
 * addresses and unit numbers are made up.
 */
final class XidText {
  private static final Map<Integer, String> TEXTS = Map.ofEntries(
      Map.entry(13, "Graphics SM Warp Exception on (GPC 1, TPC 2, SM 0): Out Of Range Address"),
      Map.entry(
          31,
          "Ch 00000010, intr 00000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted @ 0x7f5c_a2000000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ"),
      Map.entry(43, "Ch 00000010"),
      Map.entry(45, "Ch 00000010"),
      Map.entry(
          48,
          "An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 5, subpartition 0."),
      Map.entry(63, "Row Remapper: New row marked for remapping, reset gpu to activate."),
      Map.entry(64, "Row Remapper: All reserved rows for bank are remapped."),
      Map.entry(
          74, "NVLink: fatal error detected on link 4(0x0, 0x0, 0x10000, 0x0, 0x0, 0x0, 0x0)"),
      Map.entry(79, "GPU has fallen off the bus."),
      Map.entry(92, "High single-bit ECC error rate"),
      Map.entry(94, "Contained: SM (0x1). RST: No, D-RST: No"),
      Map.entry(95, "Uncontained: LTC TAG (0x2,0x0). RST: Yes, D-RST: No"),
      Map.entry(
          119,
          "Timeout after 6s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL) (0x20801813 0x4c)."),
      Map.entry(120, "GSP task timeout @ pc:0x0, task: 1"),
      Map.entry(
          145,
          "RLW_REMAP Nonfatal XC0 i0 Link 04 (0x00000004 0x00000020 0x00000000 0x00000000 0x00000000 0x00000000)"),
      Map.entry(
          149,
          "NETIR_LINK_EVT Fatal XC0 i0 Link 04 (0x004505c6 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000)"),
      Map.entry(171, "Uncorrectable DRAM error"),
      Map.entry(172, "Uncorrectable SRAM error"));

  private XidText() {}

  static String of(int code) {
    return TEXTS.getOrDefault(code, "Error");
  }
}
