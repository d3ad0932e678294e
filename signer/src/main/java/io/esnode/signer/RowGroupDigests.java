package io.esnode.signer;

import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 per row group of a file that passes by in blocks. Not thread-safe, but may move between threads. */
final class RowGroupDigests {
  private final List<Manifest.RowGroup> groups;
  private final List<String> done = new ArrayList<>();
  private final MessageDigest digest = Sha256.digest();

  /** @param groups in file order, without overlaps */
  RowGroupDigests(List<Manifest.RowGroup> groups) {
    this.groups = groups;
  }

  /** The next {@code length} bytes of the file; the first stands at {@code position}. */
  void update(byte[] block, long position, int length) {
    while (done.size() < groups.size()) {
      Manifest.RowGroup group = groups.get(done.size());
      long end = group.offset() + group.bytes();
      long from = Math.max(group.offset(), position);
      long to = Math.min(end, position + length);
      if (from >= to) {
        return;
      }
      digest.update(block, (int) (from - position), (int) (to - from));
      if (to < end) {
        return;
      }
      done.add(HexFormat.of().formatHex(digest.digest()));
    }
  }

  /** Hex per row group; the empty string for those that the file ended before. */
  List<String> sha256() {
    List<String> all = new ArrayList<>(done);
    while (all.size() < groups.size()) {
      all.add("");
    }
    return all;
  }
}
