package io.esnode.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link WireWriter} wrote. The other end may be dying or mad: whatever the bytes, only IOException escapes. Not
 * thread-safe.
 */
public final class WireReader {
  private static final int MAX_COLUMNS = 1 << 12;
  private static final int MAX_ROWS = 1 << 14;
  private static final int MAX_ENTRIES = 1 << 14;

  private final ReadableByteChannel in;
  private final ByteBuffer head =
      ByteBuffer.allocateDirect(WireWriter.HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final Map<String, String> entities = new HashMap<>();
  private ByteBuffer payload = ByteBuffer.allocateDirect(16 << 10).order(ByteOrder.LITTLE_ENDIAN);

  public WireReader(ReadableByteChannel in) {
    this.in = in;
  }

  /**
   * The next message; null when the pipe ended between two messages.
   *
   * @throws EOFException if it ended inside one
   * @throws WireException if the bytes are no message
   */
  public @Nullable Message next() throws IOException {
    head.clear();
    if (!fill(head, true)) {
      return null;
    }
    int length = head.getInt(0);
    if (length < 0 || length > WireWriter.MAX_PAYLOAD) {
      throw new WireException("a message of %d bytes, at most %d are read"
          .formatted(Integer.toUnsignedLong(length), WireWriter.MAX_PAYLOAD));
    }
    if (length > payload.capacity()) {
      payload = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    }
    payload.clear().limit(length);
    fill(payload, false);
    payload.flip();
    byte type = head.get(4);
    try {
      Message message = message(type);
      if (type != WireWriter.ROWS && payload.hasRemaining()) {
        throw new WireException(
            "%d bytes after message type %d".formatted(payload.remaining(), type));
      }
      return message;
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new WireException("message type %d ends early: %s".formatted(type, e));
    }
  }

  private boolean fill(ByteBuffer buffer, boolean mayEnd) throws IOException {
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        if (mayEnd && buffer.position() == 0) {
          return false;
        }
        throw new EOFException("the pipe ended inside a message");
      }
    }
    return true;
  }

  private Message message(byte type) throws IOException {
    return switch (type) {
      case WireWriter.HELLO -> new Message.Hello(payload.getInt(), map());
      case WireWriter.SESSION ->
        new Message.Session(
            payload.getInt(),
            payload.getInt(),
            payload.getLong(),
            payload.getLong(),
            map(),
            layouts());
      case WireWriter.GPU -> new Message.Gpu(payload.getInt(), text(), map());
      case WireWriter.ROWS -> rows();
      case WireWriter.ABSENCES ->
        new Message.Absences(
            payload.getInt(), payload.getInt(), payload.getLong(), payload.getLong(), absences());
      case WireWriter.NOTE ->
        new Message.Note(
            text(),
            text(),
            text(),
            text(),
            nullable(),
            nullable(),
            payload.getLong(),
            map(),
            numbers());
      case WireWriter.ALIVE ->
        new Message.Alive(
            payload.getLong(),
            payload.getLong(),
            payload.getInt(),
            payload.getInt(),
            payload.getLong());
      case WireWriter.BYE -> new Message.Bye(text());
      default -> throw new WireException("message type %d is not known".formatted(type));
    };
  }

  private List<Message.Layout> layouts() throws WireException {
    int count = count(MAX_ENTRIES);
    List<Message.Layout> layouts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      layouts.add(new Message.Layout(text(), texts(), texts()));
    }
    return layouts;
  }

  private List<Message.Absence> absences() throws WireException {
    int count = count(MAX_ENTRIES);
    List<Message.Absence> absences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String entity = text();
      String metric = text();
      Long code = nullable();
      absences.add(new Message.Absence(
          entity, metric, code == null ? null : Integer.valueOf(code.intValue()), text()));
    }
    return absences;
  }

  private Message rows() throws WireException {
    int gpu = payload.getInt();
    int table = payload.getInt();
    long tick = payload.getLong();
    long ts = payload.getLong();
    long mono = payload.getLong();
    int columns = count(MAX_COLUMNS);
    int rows = count(MAX_ROWS);
    String[] names = new String[rows];
    int[] at = new int[rows];
    for (int i = 0; i < rows; i++) {
      names[i] = entities.computeIfAbsent(text(), name -> name);
      at[i] = payload.position();
      payload.position(at[i] + (columns + 7) / 8 + 8 * columns);
    }
    if (entities.size() > MAX_ENTRIES) {
      entities.clear();
    }
    return new View(payload, gpu, table, tick, ts, mono, columns, names, at);
  }

  private int count(int max) throws WireException {
    int count = payload.getInt();
    if (count < 0 || count > max) {
      throw new WireException("%d entries, at most %d are read".formatted(count, max));
    }
    return count;
  }

  private @Nullable Long nullable() {
    return payload.get() == 0 ? null : Long.valueOf(payload.getLong());
  }

  private Map<String, String> map() throws WireException {
    int count = count(MAX_ENTRIES);
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < count; i++) {
      map.put(text(), text());
    }
    return map;
  }

  private Map<String, Long> numbers() throws WireException {
    int count = count(MAX_ENTRIES);
    Map<String, Long> map = new HashMap<>();
    for (int i = 0; i < count; i++) {
      map.put(text(), payload.getLong());
    }
    return map;
  }

  private List<String> texts() throws WireException {
    int count = count(MAX_ENTRIES);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(text());
    }
    return texts;
  }

  private String text() throws WireException {
    int length = count(payload.remaining());
    ByteBuffer utf8 = payload.slice(payload.position(), length);
    payload.position(payload.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new WireException("a text is not UTF-8");
    }
  }

  /** Rows where they lie in the payload. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and gone with the next message
  private record View(
      ByteBuffer payload,
      int gpu,
      int table,
      long tick,
      long tsMicros,
      long monoNanos,
      int columns,
      String[] names,
      int[] at)
      implements Message.Rows {
    @Override
    public int rows() {
      return names.length;
    }

    @Override
    public String entity(int row) {
      return names[row];
    }

    @Override
    public boolean present(int row, int column) {
      return column < columns && (payload.get(at[row] + column / 8) >> column % 8 & 1) != 0;
    }

    @Override
    public long value(int row, int column) {
      return payload.getLong(at[row] + (columns + 7) / 8 + 8 * column);
    }
  }
}
