package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.seal.EpochChain;
import io.esnode.seal.EpochSeal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What somebody does who controls the node afterwards: rewrites frames of a kept spool of one segment, makes every CRC fit, and
 * perhaps every seal anew, with keys of his own that the node's key vouches for.
 */
final class ForgedSpool {
  private static final int HEAD_BYTES = 16;
  private static final byte HEADER = 1;
  private static final byte ROW = 4;
  private static final byte SEAL = 10;

  private final Path segment;
  private final List<Frame> frames = new ArrayList<>();

  private static final class Frame {
    private final long mono;
    private final byte[] payload;

    /** @param payload with its type in front */
    Frame(long mono, byte[] payload) {
      this.mono = mono;
      this.payload = payload;
    }

    byte type() {
      return payload[0];
    }

    /** Behind the type and the sync mark. */
    String json() {
      return new String(payload, 5, payload.length - 5, StandardCharsets.UTF_8);
    }

    Frame with(String json) {
      ByteBuffer changed = ByteBuffer.allocate(5 + json.getBytes(StandardCharsets.UTF_8).length);
      changed.put(payload, 0, 5).put(json.getBytes(StandardCharsets.UTF_8));
      return new Frame(mono, changed.array());
    }
  }

  ForgedSpool(Path spool) throws IOException {
    segment = spool.resolve("000000.seg");
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(segment)).order(ByteOrder.LITTLE_ENDIAN);
    while (all.hasRemaining()) {
      int length = all.getInt();
      all.getInt();
      long mono = all.getLong();
      byte[] payload = new byte[length];
      all.get(payload);
      frames.add(new Frame(mono, payload));
    }
  }

  /** Another text in every row that has it. */
  ForgedSpool rewrite(String text, String other) {
    frames.replaceAll(
        frame -> frame.type() == ROW ? frame.with(frame.json().replace(text, other)) : frame);
    return this;
  }

  /** Nothing after the seal of that epoch. */
  ForgedSpool cutAfter(long epoch) throws IOException {
    for (int i = 0; i < frames.size(); i++) {
      if (frames.get(i).type() == SEAL && seal(frames.get(i)).epoch() == epoch) {
        frames.subList(i + 1, frames.size()).clear();
      }
    }
    return this;
  }

  /** A chain of his own; where the recording was cut, with an end. */
  ForgedSpool sealAgain(EpochChain.NodeKey node, boolean withEnd) throws IOException {
    Json.Obj header = JsonReader.object(frames.get(0).json());
    EpochSeal old = EpochSeal.from(header.obj("genesis"));
    EpochChain chain =
        EpochChain.begin(old.recordingId(), old.tsMicros(), old.monoNanos(), null, node);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < frames.size(); i++) {
      Frame frame = frames.get(i);
      if (frame.type() == HEADER) {
        Json.Builder changed = Json.object();
        JsonReader.object(frame.json())
            .members()
            .forEach((name, value) ->
                changed.put(name, name.equals("genesis") ? chain.genesis().toJson() : value));
        frame = frame.with(changed.build().canonical());
      } else if (frame.type() == SEAL) {
        EpochSeal was = seal(frame);
        boolean last = withEnd && i + 1 == frames.size();
        frame = frame.with(chain
            .seal(
                last ? EpochSeal.Reason.END : was.reason(),
                was.tsMicros(),
                was.monoNanos(),
                0,
                bytes.size(),
                Sha256.hex(bytes.toByteArray()))
            .toJson()
            .canonical());
      }
      frames.set(i, frame);
      bytes.write(encoded(frame));
    }
    if (withEnd) {
      byte[] end = "\5ESNR{\"reason\":\"duration over\"}".getBytes(StandardCharsets.UTF_8);
      frames.add(new Frame(frames.get(frames.size() - 1).mono, end));
    }
    return this;
  }

  private static EpochSeal seal(Frame frame) throws IOException {
    return EpochSeal.from(JsonReader.object(frame.json()));
  }

  void write() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Frame frame : frames) {
      bytes.write(encoded(frame));
    }
    Files.write(segment, bytes.toByteArray());
  }

  private static byte[] encoded(Frame frame) {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEAD_BYTES + frame.payload.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(frame.payload.length).putInt(0).putLong(frame.mono).put(frame.payload);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, 4);
    crc.update(bytes.array(), 8, bytes.capacity() - 8);
    bytes.putInt(4, (int) crc.getValue());
    return Arrays.copyOf(bytes.array(), bytes.capacity());
  }
}
