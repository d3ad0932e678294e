package io.esnode.bundle;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * The one compressor of a bundle, straight on zstd-jni so that no Hadoop codec is loaded. Frames carry a checksum:
 * readers skip Parquet's own page CRC, and without it DuckDB takes most flipped bits for data. Not thread-safe; holds
 * native memory until {@link #release()}.
 */
final class Zstd implements BytesInputCompressor {
  private static final int LEVEL = 3;

  private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(LEVEL).setChecksum(true);

  @Override
  @SuppressWarnings("deprecation") // the replacement wants an allocator and copies all the same
  public BytesInput compress(BytesInput bytes) throws IOException {
    return BytesInput.from(context.compress(bytes.toByteArray()));
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  @Override
  public void release() {
    context.close();
  }
}
