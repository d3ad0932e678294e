package io.esnode.web;

import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import io.esnode.wire.WireWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/** What the process that speaks HTTP would have written to its standard output, and a clock that stands still. */
public final class Told {
  /** 2026-06-09, up for a hundred days. */
  public static final Moment NOW = new Moment(1_781_000_600_000_000L, 8_640_000_000_000_000L, 0);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  public Reports reports() {
    return reports(() -> NOW);
  }

  public Reports reports(Clock clock) {
    return new Reports(new WireWriter(new Pipe()), clock);
  }

  public List<Message.Note> notes() {
    synchronized (bytes) {
      WireReader reader =
          new WireReader(Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray())));
      List<Message.Note> notes = new ArrayList<>();
      try {
        for (Message message = reader.next(); message != null; message = reader.next()) {
          notes.add((Message.Note) message);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return notes;
    }
  }

  public List<Message.Note> of(String table) {
    return notes().stream().filter(note -> note.table().equals(table)).toList();
  }

  /** Reasons of gaps, those that have ended with a full stop behind them. */
  public List<String> gaps() {
    return of("gap").stream()
        .map(note -> note.texts().get("reason") + (note.numbers().containsKey("to_ts") ? "." : ""))
        .toList();
  }

  private final class Pipe implements WritableByteChannel {
    @Override
    public int write(ByteBuffer from) {
      synchronized (bytes) {
        int count = from.remaining();
        while (from.hasRemaining()) {
          bytes.write(from.get());
        }
        return count;
      }
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
