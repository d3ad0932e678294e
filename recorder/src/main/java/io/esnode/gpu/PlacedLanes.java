package io.esnode.gpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lanes by GPU and table, as the capture process numbers them. Not thread-safe. */
final class PlacedLanes {
  private GpuLane[][] lanes = new GpuLane[0][];

  @Nullable
  GpuLane at(int gpu, int table) {
    return gpu >= 0 && gpu < lanes.length && table >= 0 && table < lanes[gpu].length
        ? lanes[gpu][table]
        : null;
  }

  /** @param gpu not negative, as is the table */
  void put(int gpu, int table, GpuLane lane) {
    if (gpu >= lanes.length) {
      int before = lanes.length;
      lanes = Arrays.copyOf(lanes, gpu + 1);
      Arrays.fill(lanes, before, lanes.length, new GpuLane[0]);
    }
    if (table >= lanes[gpu].length) {
      lanes[gpu] = Arrays.copyOf(lanes[gpu], table + 1);
    }
    lanes[gpu][table] = lane;
  }

  /** The numbers mean something else from now on. */
  void forget() {
    lanes = new GpuLane[0][];
  }
}
