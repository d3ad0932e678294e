package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {
  private static final int RECORDERS = 8;

  @TempDir
  Path dir;

  /** Recorders that start together on a new node must agree on its name. */
  @RepeatedTest(5)
  void recordersThatStartTogetherUseOneSiteKey() throws Exception {
    Path key = dir.resolve("home").resolve("site.key");
    Set<String> tokens = ConcurrentHashMap.newKeySet();
    CyclicBarrier start = new CyclicBarrier(RECORDERS);
    Thread[] recorders = new Thread[RECORDERS];
    for (int i = 0; i < RECORDERS; i++) {
      recorders[i] = new Thread(() -> {
        try {
          start.await();
          tokens.add(Node.token(key, "host"));
        } catch (Exception e) {
          tokens.add(e.toString());
        }
      });
      recorders[i].start();
    }
    for (Thread recorder : recorders) {
      recorder.join();
    }

    assertThat(tokens).containsExactly(Node.token(key, "host"));
  }

  @Test
  void anotherSiteGivesAnotherToken() throws IOException {
    String here = Node.token(dir.resolve("a.key"), "host");

    assertThat(here).matches("n-[0-9a-f]{16}").isEqualTo(Node.token(dir.resolve("a.key"), "host"));
    assertThat(here).isNotEqualTo(Node.token(dir.resolve("b.key"), "host"));
  }
}
