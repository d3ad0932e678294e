package io.esnode.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.esnode.json.Json;
import io.esnode.yaml.Yaml;
import io.esnode.yaml.YamlException;
import io.esnode.yaml.YamlReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/format/policy.schema.json} says what the reader says. */
class PolicySchemaTest {
  private static final Path EXAMPLES = Path.of("../ci/policies");

  private static Schema schema() throws IOException {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(
            Files.readString(Path.of("../docs/format/policy.schema.json")), InputFormat.JSON);
  }

  private static List<?> errors(byte[] yaml) throws IOException {
    return schema()
        .validate(json(YamlReader.read("p.yaml", yaml, "policy")).canonical(), InputFormat.JSON);
  }

  /** As YAML's core schema reads it, as far as policies go. */
  private static Json json(Yaml yaml) {
    if (yaml instanceof Yaml.Mapping mapping) {
      Json.Builder object = Json.object();
      mapping.entries().forEach((key, value) -> object.put(key.text(), json(value)));
      return object.build();
    }
    if (yaml instanceof Yaml.Sequence sequence) {
      List<Json> items = new ArrayList<>();
      sequence.items().forEach(item -> items.add(json(item)));
      return Json.array(items);
    }
    String text = ((Yaml.Scalar) yaml).text();
    return text.matches("[0-9]{1,9}") ? Json.of(Long.parseLong(text)) : Json.of(text);
  }

  static Stream<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void examplesAreWhatSchemaAndReaderSay(Path example) throws IOException {
    byte[] yaml = Files.readAllBytes(example);

    assertThat(errors(yaml)).isEmpty();
    assertThat(Policy.parse(example.toString(), yaml).enforce()).isTrue();
  }

  @Test
  void thereAreExamples() throws IOException {
    assertThat(examples()).hasSizeGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "max_agee: 7d",
        "mode: enforce",
        "max_age: 7",
        "stream: broken",
        "signers: {keys: [abc]}",
        "completeness: {coverage: half}",
        "predicate_types: [recordin]",
        "recorder: {min_version: latest}",
        "max_age: 1d\nexceptions: [{rule: ESV-POL-014, artefact: a, reason: b, until: 2027-01-01T00:00:00Z}]"
      })
  void whatTheReaderRefusesTheSchemaRefuses(String rules) throws IOException {
    byte[] yaml = ("policy: esnode.policy/1\nname: x\n" + rules).getBytes(StandardCharsets.UTF_8);

    assertThat(errors(yaml)).isNotEmpty();
    assertThatThrownBy(() -> Policy.parse("p.yaml", yaml)).isInstanceOf(YamlException.class);
  }
}
