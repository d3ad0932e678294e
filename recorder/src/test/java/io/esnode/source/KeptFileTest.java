package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFileTest {
  @TempDir
  Path directory;

  private KeptFile file(String name) {
    return new KeptFile(directory.resolve(name), ByteBuffer.allocateDirect(16));
  }

  private static String read(KeptFile file) {
    file.refresh(file.generation());
    return new String(file.text(), 0, file.length(), UTF_8);
  }

  @Test
  void textLargerThanTheBufferIsReadWhole() throws IOException {
    String text = "0123456789\n".repeat(1000);
    Files.writeString(directory.resolve("f"), text);

    try (KeptFile file = file("f")) {
      assertThat(read(file)).isEqualTo(text);
      assertThat(file.problem()).isNull();
    }
  }

  @Test
  void shorterTextLeavesNothingOfTheLongerOneBehind() throws IOException {
    Files.writeString(directory.resolve("f"), "a long text\n");
    try (KeptFile file = file("f")) {
      read(file);
      Files.writeString(directory.resolve("f"), "short\n");

      assertThat(read(file)).isEqualTo("short\n");
    }
  }

  @Test
  void fileThatIsNotThereIsAProblem() {
    try (KeptFile file = file("none")) {
      assertThat(read(file)).isEmpty();
      assertThat(file.problem()).isEqualTo(directory.resolve("none") + ": no such file");
    }
  }

  @Test
  void directoryIsAProblem() {
    try (KeptFile file = file(".")) {
      assertThat(read(file)).isEmpty();
      assertThat(file.problem()).startsWith(directory.resolve(".") + ": ");
    }
  }

  @Test
  void fileThatWasReplacedIsReadOnceTheOldOneIsEmpty() throws IOException {
    Files.writeString(directory.resolve("f"), "old\n");
    try (KeptFile file = file("f")) {
      read(file);
      Files.writeString(directory.resolve("f"), "");
      Files.writeString(directory.resolve("new"), "new\n");
      Files.delete(directory.resolve("f"));
      Files.move(directory.resolve("new"), directory.resolve("f"));

      assertThat(read(file)).isEqualTo("new\n");
    }
  }

  @Test
  void abandonedFileKeepsItsProblem() throws IOException {
    try (KeptFile file = file("f")) {
      read(file);
      file.abandon();
      Files.writeString(directory.resolve("f"), "late\n");

      assertThat(read(file)).isEmpty();
      assertThat(file.problem()).endsWith("no such file");
    }
  }
}
