package io.esnode.spool;

/** One thing a spool did to a {@link ScriptedDisk}. */
final class Use {
  enum Kind {
    CREATE,
    WRITE,
    TRUNCATE,
    FORCE,
    PUBLISH
  }

  final Kind kind;
  /** Counts the files that were made, from 1. */
  final int file;
  /** Where a write begins, or where a truncation ends the file. */
  final long at;
  /** Of the segment, where the file gets it. */
  final String name;

  private final byte[] bytes;

  Use(Kind kind, int file, long at, String name, byte[] bytes) {
    this.kind = kind;
    this.file = file;
    this.at = at;
    this.name = name;
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes;
  }
}
