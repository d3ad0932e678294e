package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for calls that is handed out again after {@link #reset}: NVML's memory lives as long as the process, sessions do not.
 * Whoever resets it makes sure that no call is under way. Not thread-safe.
 */
final class Arena {
  private final NativeMemory memory;
  private final List<Block> blocks = new ArrayList<>();
  private int next;

  private record Block(long address, int size) {}

  Arena(NativeMemory memory) {
    this.memory = memory;
  }

  long allocate(int size) {
    if (next == blocks.size()) {
      blocks.add(new Block(memory.allocate(size), size));
    } else if (blocks.get(next).size() < size) {
      blocks.set(next, new Block(memory.allocate(size), size));
    }
    Block block = blocks.get(next);
    next++;
    memory.fill(block.address(), block.size(), 0);
    return block.address();
  }

  void reset() {
    next = 0;
  }
}
