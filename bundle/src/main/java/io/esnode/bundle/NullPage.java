package io.esnode.bundle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;

/**
 * The whole of a column chunk without values, not compressed: a header, and definition levels as one run. There is nothing in
 * it that a flipped bit could turn into a value, so it has no CRC.
 *
 * <pre>
 * 0           4                    4+n
 * | n, 4 LE   | varint(rows &lt;&lt; 1) | level |
 * </pre>
 */
final class NullPage {
  private NullPage() {}

  /**
   * @param level 0: rows of other tables; 1: the table's own rows, without this column
   */
  static byte[] of(int rows, int level) throws IOException {
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    BytesUtils.writeUnsignedVarInt(rows << 1, run);
    run.write(level);
    int size = Integer.BYTES + run.size();
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    Util.writePageHeader(
        new PageHeader(PageType.DATA_PAGE, size, size)
            .setData_page_header(
                new DataPageHeader(rows, Encoding.PLAIN, Encoding.RLE, Encoding.RLE)),
        page);
    BytesUtils.writeIntLittleEndian(page, run.size());
    run.writeTo(page);
    return page.toByteArray();
  }
}
