package io.esnode.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedFileTest implements FollowedFile.Reader {
  @TempDir
  Path dir;

  private final List<String> lines = new ArrayList<>();
  private final List<Long> places = new ArrayList<>();
  private final List<String> left = new ArrayList<>();
  private final List<@Nullable String> problems = new ArrayList<>();
  private Path path;
  private long nanos;

  @BeforeEach
  void log() {
    path = dir.resolve("a.log");
  }

  @Override
  public void line(byte[] bytes, int length, long at) {
    lines.add(new String(bytes, 0, length, UTF_8));
    places.add(at);
  }

  @Override
  public void leftOut(String what) {
    left.add(what);
  }

  @Override
  public void problem(@Nullable String why) {
    problems.add(why);
  }

  private void write(String text) throws IOException {
    Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private FollowedFile atEnd() {
    return new FollowedFile(path, 0);
  }

  private boolean look(FollowedFile file) {
    nanos += 1_000_000_000;
    return file.look(nanos, this);
  }

  @Test
  void onlyWhatComesAfterTheStartIsRead() throws Exception {
    write("old\n");
    FollowedFile file = atEnd();

    look(file);
    write("new\nnewer\n");
    look(file);
    look(file);

    assertThat(lines).containsExactly("new", "newer");
    assertThat(places).containsExactly(4L, 8L);
  }

  @Test
  void lookBackBeginsWithAWholeLine() throws Exception {
    write("first line\nsecond\nthird\n");

    look(new FollowedFile(path, 10));
    look(new FollowedFile(path, 13));

    assertThat(lines).containsExactly("third", "second", "third");
  }

  @Test
  void lineIsTakenWhenItsEndHasCome() throws Exception {
    write("");
    FollowedFile file = atEnd();
    look(file);

    write("a line in");
    look(file);
    assertThat(lines).isEmpty();

    write(" two parts\r\n");
    look(file);
    assertThat(lines).containsExactly("a line in two parts");
  }

  @Test
  void renamedFileIsReadToItsEndBeforeTheNewOne() throws Exception {
    write("1\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);

    write("2\n");
    Path old = dir.resolve("a.log.1");
    Files.move(path, old);
    write("4\n");
    Files.writeString(old, "3\n", StandardOpenOption.APPEND);
    look(file);
    look(file);
    look(file);
    write("5\n");
    look(file);

    assertThat(lines).containsExactly("1", "2", "3", "4", "5");
    assertThat(left).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void writerThatKeepsTheRenamedFileIsFollowed() throws Exception {
    write("1\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);
    Path old = dir.resolve("a.log.1");
    Files.move(path, old);
    Files.createFile(path);

    look(file);
    Files.writeString(old, "2\n", StandardOpenOption.APPEND);
    look(file);
    write("3\n");
    look(file);
    look(file);

    assertThat(lines).containsExactly("1", "2", "3");
  }

  @Test
  void fileThatComesBackIsNotReadTwice() throws Exception {
    write("1\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);
    Path old = dir.resolve("a.log.1");
    Files.move(path, old);
    write("2\n");
    look(file);
    look(file);

    Files.delete(path);
    Files.move(old, path);
    write("3\n");
    look(file);
    look(file);

    assertThat(lines).containsExactly("1", "2", "3");
  }

  @Test
  void fileThatWasCutBackIsBegunAgain() throws Exception {
    write("1\n2\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);

    Files.writeString(path, "3\n");
    look(file);

    assertThat(lines).containsExactly("1", "2", "3");
    assertThat(left).singleElement().asString().contains("was cut back");
  }

  @Test
  void cuttingBackIsSeenThoughTheFileHasGrownPastItsPlace() throws Exception {
    write("1\n2\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);

    Files.writeString(path, "another line, longer\n");
    look(file);

    assertThat(lines).containsExactly("1", "2", "another line, longer");
    assertThat(left).hasSize(1);
  }

  @Test
  void holeThatAWriterLeavesIsNoLine() throws Exception {
    write("1\n2\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);

    try (RandomAccessFile writer = new RandomAccessFile(path.toFile(), "rw")) {
      writer.setLength(0);
      writer.seek(4);
      writer.write("3\n".getBytes(UTF_8));
    }
    look(file);

    assertThat(lines).containsExactly("1", "2", "3");
  }

  @Test
  void fileThatIsGoneIsSaidAndItsSuccessorRead() throws Exception {
    write("1\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);

    Files.delete(path);
    IntStream.range(0, 6).forEach(i -> look(file));
    assertThat(problems).containsExactly(path + " is gone, and nothing is in its place");

    write("2\n");
    look(file);
    look(file);
    assertThat(lines).containsExactly("1", "2");
    assertThat(problems).endsWith((String) null);
  }

  @Test
  void fileThatComesLaterIsReadFromItsBeginning() throws Exception {
    FollowedFile file = atEnd();
    look(file);
    look(file);
    write("1\n");
    look(file);

    assertThat(problems).containsExactly(path + " does not exist here", null);
    assertThat(lines).containsExactly("1");
  }

  @Test
  void whatIsNoPlainFileIsNotOpened() throws Exception {
    Files.createDirectory(path);

    look(atEnd());

    assertThat(problems).containsExactly(path + ": not a plain file");
  }

  @Test
  void successorThatCannotBeReadIsSaidAndReadOnceItCan() throws Exception {
    write("1\n");
    FollowedFile file = new FollowedFile(path, 100);
    look(file);

    Files.move(path, dir.resolve("a.log.1"));
    Files.createDirectory(path);
    look(file);
    look(file);
    Files.delete(path);
    write("2\n");
    look(file);

    assertThat(problems).containsExactly(path + ": not a plain file", null);
    assertThat(lines).containsExactly("1", "2");
  }

  @Test
  void lineOfTenMegabytesIsLeftOutAndTheNextRead() throws Exception {
    write("");
    FollowedFile file = atEnd();
    look(file);

    write("x".repeat(5 << 20));
    IntStream.range(0, 6).forEach(i -> look(file));
    write("x".repeat(5 << 20) + "\nnext\n");
    IntStream.range(0, 7).forEach(i -> look(file));

    assertThat(lines).containsExactly("next");
    assertThat(left)
        .containsExactly("a line of 10485760 bytes in %s: longer than 65536 bytes".formatted(path));
  }

  @Test
  void stormIsLeftOutUpToItsLastPart() throws Exception {
    write("");
    FollowedFile file = atEnd();
    look(file);

    write("0123456789abcde\n".repeat(1 << 20) + "last\n");
    look(file);
    look(file);

    assertThat(left).singleElement().asString().contains("15728645 bytes");
    assertThat(lines).hasSize(65536).endsWith("last");
  }

  @Test
  void noMoreThanTheRateIsReadInALook() throws Exception {
    write("");
    FollowedFile file = atEnd();
    look(file);
    write("0123456789abcde\n".repeat(1 << 18));

    look(file);
    assertThat(lines).hasSize(1 << 16);

    IntStream.range(0, 4).forEach(i -> look(file));
    assertThat(lines).hasSize(1 << 18);
    assertThat(left).isEmpty();
  }

  @Test
  void slowReaderDoesNotLeaveARenamedFileEarly() throws Exception {
    write("");
    FollowedFile file = atEnd();
    look(file);
    write("0123456789abcde\n".repeat(1 << 18));
    Files.move(path, dir.resolve("a.log.1"));
    write("new\n");

    IntStream.range(0, 20).forEach(i -> file.look(nanos += 1000, this));
    IntStream.range(0, 6).forEach(i -> look(file));

    assertThat(lines).hasSize((1 << 18) + 1).endsWith("new");
  }
}
