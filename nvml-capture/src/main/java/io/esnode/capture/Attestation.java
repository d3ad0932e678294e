package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.IOException;
import java.util.HexFormat;

/**
 * What a GPU in confidential-computing mode signs: a report over the recording's nonce, and the certificates it is checked with.
 * Kept as inventory, in hex.
 *
 * <pre>
 * 0                4            8               12      44                  8236
 * | isCecPresent | reportSize | cecReportSize | nonce | report, 8192 bytes | cec report, 4096 bytes |
 * 0                 4                       8                        4104
 * | certChainSize | attestationChainSize | chain, 4096 bytes      | attestation chain, 5120 bytes |
 * </pre>
 */
final class Attestation {
  private static final int REPORT_BYTES = 12_332;
  private static final int REPORT_MAX = 8_192;
  private static final int CEC_MAX = 4_096;
  private static final int CERTIFICATE_BYTES = 9_224;
  private static final int CHAIN_MAX = 4_096;
  private static final int ATTESTATION_CHAIN_MAX = 5_120;

  private final Calls calls;
  private final NativeMemory memory;
  private final Notes notes;
  private final String gpu;
  private final long block;

  Attestation(Calls calls, Arena arena, Notes notes, String gpu) {
    this.calls = calls;
    this.notes = notes;
    this.gpu = gpu;
    memory = calls.memory();
    block = arena.allocate(REPORT_BYTES);
  }

  void report(long handle, byte[] nonce) throws IOException {
    memory.fill(block, REPORT_BYTES, 0);
    memory.put(block + 12, nonce, nonce.length);
    int code =
        calls.call(NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_ATTESTATION_REPORT, handle, block);
    if (code != NvmlReturn.SUCCESS) {
      absent(
          "attestation.report", NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_ATTESTATION_REPORT, code);
      return;
    }
    notes.inventory(gpu, "attestation.nonce", HexFormat.of().formatHex(nonce));
    keep("attestation.report", block + 44, memory.getUnsignedInt(block + 4), REPORT_MAX);
    if (memory.getInt(block) != 0) {
      keep("attestation.cec_report", block + 8_236, memory.getUnsignedInt(block + 8), CEC_MAX);
    }
  }

  void certificate(long handle) throws IOException {
    memory.fill(block, CERTIFICATE_BYTES, 0);
    int code = calls.call(NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_CERTIFICATE, handle, block);
    if (code != NvmlReturn.SUCCESS) {
      absent("attestation.certificate", NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_CERTIFICATE, code);
      return;
    }
    keep("attestation.certificate_chain", block + 8, memory.getUnsignedInt(block), CHAIN_MAX);
    keep(
        "attestation.attestation_chain",
        block + 4_104,
        memory.getUnsignedInt(block + 4),
        ATTESTATION_CHAIN_MAX);
  }

  private void absent(String item, NvmlFunction function, int code) throws IOException {
    notes.inventory(
        gpu, "absent." + item, "%s: %s".formatted(function.symbol(), NvmlReturn.words(code)));
  }

  private void keep(String item, long at, long size, int max) throws IOException {
    byte[] bytes = new byte[(int) Math.min(size, max)];
    memory.get(at, bytes, bytes.length);
    notes.inventory(gpu, item, HexFormat.of().formatHex(bytes));
  }
}
