package io.esnode.bundle;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.Closeable;

/**
 * The one compressor of a bundle. Frames carry a checksum: readers skip Parquet's own page CRC, and without it DuckDB takes
 * most flipped bits for data. Not thread-safe; holds native memory until {@link #close()}.
 */
final class Zstd implements Closeable {
  private static final int LEVEL = 3;

  private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(LEVEL).setChecksum(true);

  byte[] compress(byte[] bytes) {
    return context.compress(bytes);
  }

  @Override
  public void close() {
    context.close();
  }
}
