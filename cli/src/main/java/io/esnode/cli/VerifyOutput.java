package io.esnode.cli;

import java.util.List;

/** One way to write down what {@code verify} found, file by file. Not thread-safe. */
interface VerifyOutput {
  /** What a valid signature leaves open; every output says it. */
  List<String> NOT_PROVEN = List.of(
      "that the recorded values are true",
      "that the recorder's clock was right",
      "when the file was signed");

  void begin();

  void file(VerifiedFile file);

  /** After the last file: first streams, then seals. */
  void group(VerifiedGroup group);

  /**
   * After everything.
   *
   * @param exit the worst of all
   */
  void end(int exit);
}
