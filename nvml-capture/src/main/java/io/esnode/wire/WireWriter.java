package io.esnode.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages, one frame each, little-endian.
 *
 * <pre>
 * 0        4      5        5 + length
 * | length | type | payload |
 * </pre>
 *
 * <p>{@code length} counts the payload. Text is a u32 length and UTF-8; a map is a u32 count and key, value pairs; a nullable
 * number is a byte 0, or a byte 1 and the i64. Frames of several threads do not mix.
 */
public final class WireWriter {
  /** Version of this layout. */
  public static final int VERSION = 1;

  static final int HEAD_BYTES = 5;
  static final int MAX_PAYLOAD = 4 << 20;

  static final byte HELLO = 1;
  static final byte SESSION = 2;
  static final byte GPU = 3;
  static final byte ROWS = 4;
  static final byte ABSENCES = 5;
  static final byte NOTE = 6;
  static final byte ALIVE = 7;
  static final byte BYE = 8;

  private static final int ALIVE_BYTES = HEAD_BYTES + 8 + 8 + 4 + 4 + 8;

  private final WritableByteChannel out;
  private final ByteBuffer alive =
      ByteBuffer.allocateDirect(ALIVE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  public WireWriter(WritableByteChannel out) {
    this.out = out;
  }

  public void write(Message.Hello hello) throws IOException {
    Frame frame = new Frame(HELLO).integer(hello.version()).map(hello.facts());
    send(frame.finish());
  }

  public void write(Message.Session session) throws IOException {
    Frame frame = new Frame(SESSION)
        .integer(session.number())
        .integer(session.initReturn())
        .number(session.tsMicros())
        .number(session.monoNanos())
        .map(session.facts())
        .integer(session.tables().size());
    for (Message.Layout table : session.tables()) {
      frame.text(table.table()).texts(table.columns()).texts(table.sources());
    }
    send(frame.finish());
  }

  public void write(Message.Gpu gpu) throws IOException {
    send(new Frame(GPU).integer(gpu.gpu()).text(gpu.entity()).map(gpu.facts()).finish());
  }

  public void write(Message.Absences absences) throws IOException {
    Frame frame = new Frame(ABSENCES)
        .integer(absences.gpu())
        .integer(absences.table())
        .number(absences.tsMicros())
        .number(absences.monoNanos())
        .integer(absences.absences().size());
    for (Message.Absence absence : absences.absences()) {
      Integer code = absence.code();
      frame
          .text(absence.entity())
          .text(absence.metric())
          .nullable(code == null ? null : Long.valueOf(code))
          .text(absence.reason());
    }
    send(frame.finish());
  }

  public void write(Message.Note note) throws IOException {
    Frame frame = new Frame(NOTE)
        .text(note.table())
        .text(note.entity())
        .text(note.source())
        .text(note.origin())
        .nullable(note.tick())
        .nullable(note.tsMicros())
        .number(note.monoNanos())
        .map(note.texts())
        .integer(note.numbers().size());
    note.numbers().forEach((name, value) -> frame.text(name).number(value));
    send(frame.finish());
  }

  public void write(Message.Alive message) throws IOException {
    alive(message.tick(), message.monoNanos(), message.gpus(), message.stuck(), message.cpuNanos());
  }

  /** Sends a {@link Message.Alive}. Allocates nothing. */
  public synchronized void alive(long tick, long monoNanos, int gpus, int stuck, long cpuNanos)
      throws IOException {
    alive.clear();
    alive
        .putInt(ALIVE_BYTES - HEAD_BYTES)
        .put(ALIVE)
        .putLong(tick)
        .putLong(monoNanos)
        .putInt(gpus)
        .putInt(stuck)
        .putLong(cpuNanos)
        .flip();
    send(alive);
  }

  public void write(Message.Bye bye) throws IOException {
    send(new Frame(BYE).text(bye.reason()).finish());
  }

  /** Sends what a {@link RowsFrame} holds. Allocates nothing. */
  public void write(RowsFrame rows) throws IOException {
    send(rows.finished());
  }

  private synchronized void send(ByteBuffer frame) throws IOException {
    while (frame.hasRemaining()) {
      out.write(frame);
    }
  }

  /** A growing buffer for one frame. */
  private static final class Frame {
    private ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

    Frame(byte type) {
      bytes.putInt(0).put(type);
    }

    Frame integer(int value) {
      room(4).putInt(value);
      return this;
    }

    Frame number(long value) {
      room(8).putLong(value);
      return this;
    }

    Frame nullable(@Nullable Long value) {
      room(9).put((byte) (value == null ? 0 : 1));
      return value == null ? this : number(value);
    }

    Frame text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      room(4 + utf8.length).putInt(utf8.length).put(utf8);
      return this;
    }

    Frame texts(List<String> texts) {
      integer(texts.size());
      texts.forEach(this::text);
      return this;
    }

    Frame map(Map<String, String> map) {
      integer(map.size());
      map.forEach((key, value) -> text(key).text(value));
      return this;
    }

    ByteBuffer finish() {
      int length = bytes.position() - HEAD_BYTES;
      if (length > MAX_PAYLOAD) {
        throw new IllegalArgumentException("a message of %d bytes".formatted(length));
      }
      bytes.putInt(0, length);
      return bytes.flip();
    }

    private ByteBuffer room(int more) {
      if (bytes.remaining() < more) {
        ByteBuffer larger = ByteBuffer.allocate(
                Math.max(bytes.position() + more, bytes.capacity() * 2))
            .order(ByteOrder.LITTLE_ENDIAN);
        bytes = larger.put(bytes.flip());
      }
      return bytes;
    }
  }
}
