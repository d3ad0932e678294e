package io.esnode.note;

import io.esnode.merkle.MerkleTree;
import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a log says it holds (C2SP tlog-checkpoint): the text of a note of three lines, and extensions, which are not kept.
 * Immutable, thread-safe; the array is shared, not copied.
 */
public final class Checkpoint {
  private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,18}");

  private final String origin;
  private final long size;
  private final byte[] root;

  /**
   * @param origin which log
   * @param size how many entries it has, not negative
   * @param root of the tree of them, 32 bytes
   */
  public Checkpoint(String origin, long size, byte[] root) {
    if (!isOrigin(origin) || size < 0 || root.length != MerkleTree.HASH_BYTES) {
      throw new IllegalArgumentException("checkpoint of %s, size %d, root of %d bytes"
          .formatted(Excerpt.of(origin), size, root.length));
    }
    this.origin = origin;
    this.size = size;
    this.root = root;
  }

  private static boolean isOrigin(String text) {
    return !text.isEmpty() && text.chars().noneMatch(c -> c < ' ');
  }

  /**
   * Reads one that the log signed.
   *
   * @param log whose name is the origin
   * @throws NoteException if it did not, or if it is no checkpoint of this log
   */
  public static Checkpoint verified(byte[] note, NoteKey log) throws NoteException {
    Checkpoint checkpoint = parse(SignedNote.parse(note).verified(List.of(log)));
    if (!checkpoint.origin.equals(log.name())) {
      throw new NoteException("checkpoint: found origin %s, expected %s"
          .formatted(Excerpt.of(checkpoint.origin), Excerpt.of(log.name())));
    }
    return checkpoint;
  }

  /** Reads the text of a note; nothing is verified. */
  static Checkpoint parse(String text) throws NoteException {
    String[] lines = text.split("\n", -1);
    if (lines.length < 4 || !isOrigin(lines[0]) || !SIZE.matcher(lines[1]).matches()) {
      throw new NoteException("checkpoint: found %s, expected origin, size and root on lines"
          .formatted(Excerpt.of(text)));
    }
    for (int i = 3; i < lines.length - 1; i++) {
      if (lines[i].isEmpty()) {
        throw new NoteException("checkpoint: found an empty line among its extensions");
      }
    }
    try {
      byte[] root = StrictBase64.decode(lines[2]);
      if (root.length == MerkleTree.HASH_BYTES) {
        return new Checkpoint(lines[0], Long.parseLong(lines[1]), root);
      }
      throw new NoteException("checkpoint: found a root of %d bytes, expected %d"
          .formatted(root.length, MerkleTree.HASH_BYTES));
    } catch (IllegalArgumentException e) {
      throw new NoteException(
          "checkpoint: found size %s and root %s, expected a number below 2^63 and base64"
              .formatted(Excerpt.of(lines[1]), Excerpt.of(lines[2])),
          e);
    }
  }

  /** Which log. */
  public String origin() {
    return origin;
  }

  /** How many entries. */
  public long size() {
    return size;
  }

  /** Of the tree of them, 32 bytes. */
  public byte[] root() {
    return root;
  }

  /** The signer's name is the origin, as {@link #verified} expects. */
  public SignedNote sign(NoteSigner log) throws IOException {
    return SignedNote.sign(text(), List.of(log));
  }

  /** The text of the note. */
  String text() {
    return "%s\n%d\n%s\n".formatted(origin, size, StrictBase64.encode(root));
  }
}
