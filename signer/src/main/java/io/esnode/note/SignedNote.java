package io.esnode.note;

import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text and who signed it (C2SP signed-note):
 *
 * <pre>
 * text, one line or more
 *
 * — NAME BASE64(KEYID || signature)
 * </pre>
 *
 * Signers that are not known are ignored: a log changes its key, a witness adds a line. Immutable, thread-safe.
 */
public final class SignedNote {
  /** A checkpoint with its witnesses is under 10 KiB. */
  static final int MAX_BYTES = 1 << 20;

  /** As many as the specification has verifiers take, and some. */
  static final int MAX_SIGNATURES = 128;

  private static final String DASH = "\u2014";

  private final String text;
  private final List<Line> lines;

  /** One signature line. */
  private static final class Line {
    private final String name;
    private final byte[] id;
    private final byte[] signature;

    Line(String name, byte[] id, byte[] signature) {
      this.name = name;
      this.id = id;
      this.signature = signature;
    }

    boolean isOf(NoteKey key) {
      return name.equals(key.name()) && Arrays.equals(id, key.id());
    }

    @Override
    public String toString() {
      byte[] both = ByteBuffer.allocate(id.length + signature.length)
          .put(id)
          .put(signature)
          .array();
      return "%s %s %s\n".formatted(DASH, name, StrictBase64.encode(both));
    }
  }

  private SignedNote(String text, List<Line> lines) {
    this.text = text;
    this.lines = List.copyOf(lines);
  }

  /**
   * Reads one; nothing is verified yet.
   *
   * @throws NoteException if it is none
   */
  public static SignedNote parse(byte[] bytes) throws NoteException {
    if (bytes.length > MAX_BYTES) {
      throw new NoteException("note: found more than %d bytes".formatted(MAX_BYTES));
    }
    String note;
    try {
      note = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new NoteException("note: not UTF-8 text", e);
    }
    if (note.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new NoteException("note: found a control character");
    }
    int end = note.lastIndexOf("\n\n");
    if (end < 0 || !note.endsWith("\n") || end + 2 == note.length()) {
      throw new NoteException(
          "note: found no empty line with signatures after it, each ending with a new line");
    }
    List<Line> lines = new ArrayList<>();
    for (String line : note.substring(end + 2, note.length() - 1).split("\n", -1)) {
      lines.add(line(line));
    }
    if (lines.size() > MAX_SIGNATURES) {
      throw new NoteException(
          "note: found %d signatures, expected at most %d".formatted(lines.size(), MAX_SIGNATURES));
    }
    return new SignedNote(note.substring(0, end + 1), lines);
  }

  private static Line line(String line) throws NoteException {
    String[] parts = line.split(" ", -1);
    if (parts.length != 3 || !parts[0].equals(DASH) || !NoteKey.isName(parts[1])) {
      throw new NoteException(
          "note: found %s, expected a signature line".formatted(Excerpt.of(line)));
    }
    try {
      byte[] both = StrictBase64.decode(parts[2]);
      if (both.length > NoteKey.ID_BYTES) {
        return new Line(
            parts[1],
            Arrays.copyOf(both, NoteKey.ID_BYTES),
            Arrays.copyOfRange(both, NoteKey.ID_BYTES, both.length));
      }
      throw new NoteException("note: a signature of no bytes by " + Excerpt.of(parts[1]));
    } catch (IllegalArgumentException e) {
      throw new NoteException(
          "note: the signature by %s is not base64".formatted(Excerpt.of(parts[1])), e);
    }
  }

  /**
   * Signs a text.
   *
   * @param text UTF-8 text without control characters, ending with a new line
   * @throws NoteException if the text cannot be that of a note
   * @throws IOException if a key cannot be used
   */
  public static SignedNote sign(String text, List<NoteSigner> signers) throws IOException {
    if (!text.endsWith("\n") || text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new NoteException("text: found %s, expected lines".formatted(Excerpt.of(text)));
    }
    List<Line> lines = new ArrayList<>();
    for (NoteSigner signer : signers) {
      lines.add(new Line(signer.key().name(), signer.key().id(), signer.sign(text)));
    }
    SignedNote read = parse(new SignedNote(text, lines).toBytes());
    if (!read.text.equals(text)) {
      throw new NoteException("text: found half a character in " + Excerpt.of(text));
    }
    return read;
  }

  /**
   * The text, if somebody known signed it.
   *
   * @param known whose signatures are looked at
   * @return the text, its last new line included
   * @throws NoteException if none of them signed it, or a signature in the name of one does not hold
   */
  public String verified(Collection<NoteKey> known) throws NoteException {
    byte[] signed = text.getBytes(StandardCharsets.UTF_8);
    NoteKey by = null;
    for (Line line : lines) {
      NoteKey key = keyOf(line, known);
      if (key != null && !key.verifies(signed, line.signature)) {
        throw new NoteException("note: the signature by %s does not hold".formatted(key));
      }
      by = key == null ? by : key;
    }
    if (by == null) {
      throw new NoteException(
          "note: none of its %d signatures is by a key that is known".formatted(lines.size()));
    }
    return text;
  }

  private static @Nullable NoteKey keyOf(Line line, Collection<NoteKey> known) {
    return known.stream().filter(line::isOf).findFirst().orElse(null);
  }

  public byte[] toBytes() {
    StringBuilder note = new StringBuilder(text).append('\n');
    lines.forEach(note::append);
    return note.toString().getBytes(StandardCharsets.UTF_8);
  }
}
