package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users look up is what the code does. */
class ReferencePagesTest {
  private static final Path DOCS = Path.of("..", "docs");

  @ParameterizedTest
  @EnumSource
  void everyReasonCodeIsListedWithItsExitStatus(ReasonCode reason) throws IOException {
    assertThat(Files.readAllLines(DOCS.resolve("reference/reason-codes.md")))
        .filteredOn(line -> line.startsWith("| %s | %s | %s |"
            .formatted(reason.code(), Integer.toString(reason.exit()), reason.name())))
        .hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void everyTrustStateIsExplained(TrustState state) throws IOException {
    assertThat(Files.readString(DOCS.resolve("reference/reason-codes.md")))
        .contains("| %s |".formatted(state.words()));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        ExitCode.OK,
        ExitCode.CHECK_FAILED,
        ExitCode.TAMPERED,
        ExitCode.EVIDENCE_MISSING,
        ExitCode.UNTRUSTED,
        ExitCode.MALFORMED,
        ExitCode.USAGE,
        ExitCode.BUG,
        ExitCode.CANNOT_WRITE
      })
  void everyExitStatusIsListed(int exit) throws IOException {
    assertThat(Files.readString(DOCS.resolve("reference/exit-codes.md")))
        .contains("\n| %s | ".formatted(Integer.toString(exit)));
  }

  @ParameterizedTest
  @MethodSource("predicateTypes")
  void everyPredicateTypeIsDescribed(String type) throws IOException {
    assertThat(Files.readString(DOCS.resolve("format/sidecar.md")))
        .contains("| `%s` |".formatted(type));
  }

  static Iterable<String> predicateTypes() {
    return PredicateType.ALL;
  }
}
