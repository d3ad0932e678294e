package io.esnode.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static final byte[] CONTENT = "evidence".getBytes(StandardCharsets.UTF_8);

  @TempDir
  Path dir;

  @Test
  void fileIsThereWholeAndNothingBesideIt() throws IOException {
    Path target = dir.resolve("t");

    AtomicFile.write(target, CONTENT);

    assertThat(dir).isDirectoryContaining(target::equals);
    assertThat(dir.resolve("t.partial")).doesNotExist();
    assertThat(target).hasBinaryContent(CONTENT);
  }

  @Test
  void fileThatIsNotCommittedLeavesWhatWasThere() throws IOException {
    Path target = Files.writeString(dir.resolve("t"), "before");

    try (AtomicFile file = AtomicFile.create(target)) {
      assertThat(file.channel().isOpen()).isTrue();
    }

    assertThat(target).hasContent("before");
    assertThat(dir.resolve("t.partial")).doesNotExist();
  }

  @Test
  void newFileHasItsModeAndNeverReplacesOne() throws IOException {
    assumeThat(Files.getFileStore(dir).supportsFileAttributeView("posix")).isTrue();
    Path target = dir.resolve("t");
    AtomicFile.writeNew(target, CONTENT, PosixFilePermissions.fromString("rw-------"));

    assertThatThrownBy(() -> AtomicFile.writeNew(target, new byte[0], Set.of()))
        .isInstanceOf(FileAlreadyExistsException.class);

    assertThat(target).hasBinaryContent(CONTENT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-------");
    assertThat(dir).isDirectoryNotContaining("glob:**.partial");
  }

  /** In a directory that others may write to, a link is a way to make root overwrite any file. */
  @Test
  void partialThatIsALinkIsNotFollowed() throws IOException {
    Path victim = Files.writeString(dir.resolve("victim"), "precious");
    Files.createSymbolicLink(dir.resolve("t.partial"), victim);

    assertThatThrownBy(() -> AtomicFile.write(dir.resolve("t"), CONTENT))
        .isInstanceOf(IOException.class);

    assertThat(victim).hasContent("precious");
  }
}
