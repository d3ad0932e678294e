package io.esnode.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShortNamesTest {
  private static final String ONE = "GPU-1a2b3c4d-0000-4000-8000-000000000001";
  private static final String TWIN = "GPU-00000000-0000-4000-8000-000000000001";
  private static final String OTHER_TWIN = "GPU-00000000-0000-4000-8000-000000000002";

  @Test
  void headOfTheUuidIsEnough() {
    assertThat(names("gpu:" + ONE, "gpu:" + TWIN).in("gpu:" + ONE + "/nvlink:3"))
        .isEqualTo("gpu:GPU-1a2b3c4d…/nvlink:3");
  }

  @Test
  void gpusWithOneHeadAreToldApartByTheirTails() {
    ShortNames names = names("gpu:" + TWIN, "gpu:" + OTHER_TWIN);

    assertThat(names.in(TWIN)).isEqualTo("GPU-00000000…0001");
    assertThat(names.in(OTHER_TWIN)).isEqualTo("GPU-00000000…0002");
  }

  @Test
  void uuidThatTheLedgerDoesNotKnowStaysWhole() {
    assertThat(names("node").in("see " + ONE)).isEqualTo("see " + ONE);
  }

  private static ShortNames names(String... entities) {
    String time = "2026-11-21T10:00:00.000000Z";
    List<Series> series = List.of(entities).stream()
        .map(e -> new Series("c", "t", "1", "n", e, "series:c", time, time, 1000, List.of()))
        .toList();
    return ShortNames.of(new Ledger(
        "0.1.0",
        new Engine("duckdb", "2", Map.of(), List.of()),
        time,
        "UNSIGNED",
        false,
        List.of(),
        new Coverage(1000, 1, 1, 0, 0, "1.0000", "unknown", 0, null, null, List.of()),
        List.of(),
        List.of(),
        new Diagnosis(Diagnosis.Verdict.NO_INCIDENT, "summary", List.of()),
        List.of(),
        List.of(),
        series,
        List.of()));
  }
}
