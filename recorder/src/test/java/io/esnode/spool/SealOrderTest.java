package io.esnode.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealOrderTest {
  private static final SealOrder ORDER = new SealOrder(
      "r",
      3,
      7,
      60L,
      "a".repeat(64),
      "b".repeat(64),
      "s",
      2,
      "c".repeat(64),
      "continuous",
      "t.parquet");

  private static final StreamState STATE = StreamState.begin(StreamState.Mode.RING, "t")
      .plus(new StreamState.Part(3, 7, null, null, null, "manual", "t-000000.parquet"));

  @TempDir
  private Path spool;

  @Test
  void orderComesBackAsItWasWritten() throws IOException {
    ORDER.write(spool);

    assertThat(SealOrder.read(spool)).isEqualTo(ORDER);
  }

  @Test
  void stateComesBackAsItWasWritten() throws IOException {
    STATE.write(spool);

    assertThat(StreamState.read(spool)).isEqualTo(STATE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"format\":\"esnode.seal/1\"}",
        "{\"format\":\"esnode.seal/2\"}",
        "\u0000\u0001"
      })
  void orderThatIsNoneIsRefusedWithWhatToDo(String garbage) throws IOException {
    Files.writeString(spool.resolve(SealOrder.FILE), garbage);

    assertThatThrownBy(() -> SealOrder.read(spool))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("seal.json: ")
        .hasMessageContaining("move it away");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"first_segment\":9",
        "\"first_segment\":-1",
        "\"sequence\":-1",
        "\"first_tick\":-1",
        "\"selection\":\"whim\"",
        "\"chain_head\":\"abc\"",
        "\"target\":\"../t.parquet\"",
        "\"target\":\".t\"",
        "\"target\":\"\""
      })
  void orderThatContradictsItselfIsRefused(String member) {
    String name = member.substring(0, member.indexOf(':'));
    String text = ORDER.toJson().canonical().replaceFirst(name + ":(\"[^\"]*\"|-?[0-9]+)", member);

    assertThat(text).contains(member);
    assertThatThrownBy(() -> SealOrder.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void linkIsNotFollowed() throws IOException {
    Path elsewhere =
        Files.writeString(spool.resolve("elsewhere"), ORDER.toJson().canonical());
    Files.createSymbolicLink(spool.resolve(SealOrder.FILE), elsewhere);
    Files.createSymbolicLink(spool.resolve(StreamState.FILE), elsewhere);

    assertThatThrownBy(() -> SealOrder.read(spool)).hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> StreamState.read(spool)).hasMessageContaining("not a regular file");
  }

  @Test
  void interruptedCutIsMadeAgain() throws IOException {
    Path recording = spool.resolve("t.parquet.spool");
    Spools.write(recording, 60);
    SealOrder order = new SealOrder(
        "01993f6e-0000-7000-8000-000000000001",
        1,
        2,
        null,
        null,
        null,
        "s",
        0,
        null,
        "manual",
        "b");
    Path bundle = spool.resolve("b");
    Path part = Files.createDirectory(spool.resolve("b.spool"));
    byte[] whole = Files.readAllBytes(recording.resolve("000001.seg"));
    Files.write(part.resolve("000001.seg"), java.util.Arrays.copyOf(whole, 100));

    Cut.make(recording, order, bundle);

    assertThat(part.resolve("000001.seg")).hasBinaryContent(whole);
    assertThat(SealOrder.read(part)).isEqualTo(order);
    assertThat(Cut.make(recording, order, bundle)).isEqualTo(part);
  }

  @Test
  void foreignSegmentIsNeverThrownAway() throws IOException {
    Path recording = spool.resolve("t.parquet.spool");
    Spools.write(recording, 60);
    Path part = Files.createDirectory(spool.resolve("b.spool"));
    Files.writeString(part.resolve("000001.seg"), "somebody else's");

    assertThatThrownBy(() -> Cut.make(recording, ORDER, spool.resolve("b")))
        .hasMessageContaining("esnode recover");
    assertThat(part.resolve("000001.seg")).hasContent("somebody else's");
  }

  @FuzzTest
  void onlyTheDeclaredExceptionEscapes(byte[] bytes) {
    for (Reading reading : List.<Reading>of(SealOrder::parse, StreamState::parse)) {
      try {
        reading.of(bytes);
      } catch (JsonException e) {
        // the declared exception
      }
    }
  }

  /** One of the two parsers. */
  private interface Reading {
    Object of(byte[] bytes) throws JsonException;
  }
}
