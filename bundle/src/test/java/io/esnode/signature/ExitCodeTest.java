package io.esnode.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  /** DESIGN: worst code wins, in this order. */
  @Test
  void worstCodeWinsInTheDocumentedOrder() {
    List<Integer> worstFirst = List.of(70, 2, 4, 5, 3, 1, 0);
    for (int i = 0; i < worstFirst.size(); i++) {
      for (int j = i; j < worstFirst.size(); j++) {
        assertThat(ExitCode.worst(worstFirst.get(i), worstFirst.get(j)))
            .isEqualTo(worstFirst.get(i));
        assertThat(ExitCode.worst(worstFirst.get(j), worstFirst.get(i)))
            .isEqualTo(worstFirst.get(i));
      }
    }
  }
}
