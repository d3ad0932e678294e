package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;

/** An attribute of sysfs: a file of one line with one value. */
final class Attribute implements RowParser {
  private static final byte[] GT_PER_S = " GT/s".getBytes(US_ASCII);
  private static final byte[] GB_PER_SEC = " Gb/sec".getBytes(US_ASCII);

  /** PCI Express has links of up to 32 lanes; the field of a device that does not answer reads as 63. */
  private static final int MAX_WIDTH = 32;

  private enum Form {
    NUMBER,
    SIGNED,
    WIDTH,
    /** {@code 4: ACTIVE}. */
    NUMBERED,
    /** {@code 32.0 GT/s PCIe}, before Linux 5.7 {@code 8 GT/s}. */
    GT_PER_S,
    /** {@code 400 Gb/sec (4X NDR)}. */
    GB_PER_SEC,
    /** One of some words, whose place in the list is the value. */
    WORD
  }

  private final String name;
  private final int column;
  private final Form form;
  private final long factor;
  private final byte[][] words;
  private final Lines lines = new Lines();

  private Attribute(String name, int column, Form form, long factor, List<String> words) {
    this.name = name;
    this.column = column;
    this.form = form;
    this.factor = factor;
    this.words = words.stream().map(word -> word.getBytes(US_ASCII)).toArray(byte[][]::new);
  }

  static Attribute number(String name, int column) {
    return number(name, column, 1);
  }

  /** @param factor what the number is multiplied by */
  static Attribute number(String name, int column, long factor) {
    return new Attribute(name, column, Form.NUMBER, factor, List.of());
  }

  /** A number that may be below zero. */
  static Attribute signed(String name, int column) {
    return new Attribute(name, column, Form.SIGNED, 1, List.of());
  }

  /** The lanes of a PCI Express link. */
  static Attribute width(String name, int column) {
    return new Attribute(name, column, Form.WIDTH, 1, List.of());
  }

  /** The number in front of the name of a state. */
  static Attribute numbered(String name, int column) {
    return new Attribute(name, column, Form.NUMBERED, 1, List.of());
  }

  /** The speed of a PCI Express link, in MT/s. */
  static Attribute linkSpeed(String name, int column) {
    return new Attribute(name, column, Form.GT_PER_S, 100, List.of());
  }

  /** The speed of an InfiniBand port, in Mbit/s. */
  static Attribute rate(String name, int column) {
    return new Attribute(name, column, Form.GB_PER_SEC, 100, List.of());
  }

  /** @param words those of the values 0, 1 and so on */
  static Attribute word(String name, int column, List<String> words) {
    return new Attribute(name, column, Form.WORD, 1, words);
  }

  @Override
  public int[] columns() {
    return new int[] {column};
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    if (!lines.next()) {
      return;
    }
    if (form == Form.WORD) {
      word(row);
    } else if (number() && (form == Form.SIGNED || lines.times(factor))) {
      row.set(column, lines.value());
    } else {
      row.absent(column, name + ": " + problem());
    }
  }

  private String problem() {
    return form == Form.WIDTH && lines.value() > MAX_WIDTH
        ? "not the width of a link"
        : lines.problem();
  }

  private boolean number() {
    return switch (form) {
      case NUMBER, WORD -> lines.number() && lines.atEnd();
      case SIGNED -> lines.signed() && lines.atEnd();
      case WIDTH -> lines.number() && lines.atEnd() && lines.value() <= MAX_WIDTH;
      case NUMBERED -> lines.numberBefore(':');
      case GT_PER_S -> lines.tenths() && lines.skip(GT_PER_S);
      case GB_PER_SEC -> lines.tenths() && lines.skip(GB_PER_SEC);
    };
  }

  private void word(Row row) {
    int start = lines.position();
    for (int i = 0; i < words.length; i++) {
      lines.position(start);
      if (lines.skip(words[i]) && lines.atEnd()) {
        row.set(column, i);
        return;
      }
    }
    row.absent(column, name + ": a word that is not known");
  }
}
