package io.esnode.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a board of a kind has, from {@code gpu_models.csv}: vendors' data sheets and what {@code nvidia-smi -q} prints; the
 * idle power and the warm-up are of the right size, not measured.
 *
 * @param architecture nvmlDeviceArchitecture_t
 * @param temperatureFullC at full power and an inlet of 27 °C
 * @param softwareSlowdownC from here on the driver lowers clocks (T.Limit 0)
 * @param hardwareSlowdownC from here on the hardware halves them
 * @param secondsToWarm time constant of die and heat sink
 */
record GpuModel(
    String model,
    String name,
    int architecture,
    long memoryBytes,
    long reservedBytes,
    int clockMaxMhz,
    int clockIdleMhz,
    int clockMemoryMhz,
    long powerIdleMw,
    long powerMaxMw,
    long powerMinMw,
    int nvlinkLinks,
    int nvlinkVersion,
    int nvlinkMbytesPerS,
    int pcieGeneration,
    int temperatureFullC,
    int softwareSlowdownC,
    int hardwareSlowdownC,
    int shutdownC,
    int secondsToWarm,
    int remapBanks) {
  private static final String FILE = "gpu_models.csv";
  private static final long MIB = 1L << 20;

  /** Every model by its name. */
  static final Map<String, GpuModel> ALL = read();

  private static Map<String, GpuModel> read() {
    Map<String, GpuModel> models = new LinkedHashMap<>();
    List<String> lines = lines();
    for (String line : lines.subList(1, lines.size())) {
      GpuModel model = of(line.split(",", -1));
      models.put(model.model(), model);
    }
    return models;
  }

  private static GpuModel of(String[] cell) {
    int[] number = new int[cell.length];
    for (int i = 2; i < cell.length; i++) {
      number[i] = Integer.parseInt(cell[i]);
    }
    return new GpuModel(
        cell[0],
        cell[1],
        number[2],
        number[3] * MIB,
        number[4] * MIB,
        number[5],
        number[6],
        number[7],
        number[8] * 1000L,
        number[9] * 1000L,
        number[10] * 1000L,
        number[11],
        number[12],
        number[13],
        number[14],
        number[15],
        number[16],
        number[17],
        number[18],
        number[19],
        number[20]);
  }

  private static List<String> lines() {
    try (InputStream in = GpuModel.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
