package io.esnode.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
  private final StringWriter said = new StringWriter();

  @Test
  void answerThatDidNotArriveIsNotAPass() {
    assertThat(exitAfter("No space left on device", 0)).isEqualTo(74);
    assertThat(said.toString())
        .isEqualTo("esnode: standard output could not be written: No space left on device\n");
  }

  @Test
  void verdictOutweighsAFullDisk() {
    assertThat(exitAfter("No space left on device", 2)).isEqualTo(2);
  }

  @Test
  void readerThatHadEnoughIsNotAnError() {
    assertThat(exitAfter("Broken pipe", 0)).isZero();
    assertThat(said.toString()).isEmpty();
  }

  @Test
  void queryEndsWhenNobodyReadsItsRows() {
    PrintWriter out = new PrintWriter(new StandardOutput(refusing("Broken pipe")), false, UTF_8);
    RowPrinter printer = new RowPrinter(out, RowFormat.csv);
    printer.columns(List.of("n"));

    assertThatThrownBy(() -> {
          for (int row = 0; row < 20_000; row++) {
            printer.row(List.of(Json.of(row)));
          }
        })
        .isInstanceOf(RowPrinter.ReaderGoneException.class);
  }

  private int exitAfter(String failure, int exit) {
    StandardOutput standard = new StandardOutput(refusing(failure));
    PrintWriter out = new PrintWriter(standard, false, StandardCharsets.UTF_8);
    out.println("answer");
    out.flush();
    return Main.written(standard, new PrintWriter(said, true), exit);
  }

  private static OutputStream refusing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }
}
