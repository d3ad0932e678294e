package io.esnode.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The vectors of transparency-dev/merkle at 417fb0c3; skipped where they are not. */
class MerkleVectorsTest {
  private static final Path VECTORS =
      Path.of("../../shared/datasets/provenance_vectors/open/merkle");

  /** Sizes go up to 2^64 - 1, beyond what a JSON reader takes for an integer. */
  private static final Pattern SIZE =
      Pattern.compile("(\"(?:leafIdx|treeSize|size[12])\": )([0-9]+)");

  @BeforeAll
  static void needsVectors() {
    assumeTrue(Files.isDirectory(VECTORS), "the vectors are not there");
  }

  @Test
  void everyInclusionVectorGivesItsAnswer() throws IOException {
    Map<Path, Json.Obj> vectors = vectors("inclusion");

    assertThat(vectors).hasSize(98);
    for (var vector : vectors.entrySet()) {
      Json.Obj of = vector.getValue();
      assertThat(MerkleProof.includes(
              size(of, "leafIdx"),
              size(of, "treeSize"),
              bytes(of, "leafHash"),
              proof(of),
              bytes(of, "root")))
          .as(vector.getKey().toString())
          .isEqualTo(!of.bool("wantErr"));
    }
  }

  @Test
  void everyConsistencyVectorGivesItsAnswer() throws IOException {
    Map<Path, Json.Obj> vectors = vectors("consistency");

    assertThat(vectors).hasSize(98);
    for (var vector : vectors.entrySet()) {
      Json.Obj of = vector.getValue();
      assertThat(MerkleProof.consistent(
              size(of, "size1"),
              size(of, "size2"),
              bytes(of, "root1"),
              bytes(of, "root2"),
              proof(of)))
          .as(vector.getKey().toString())
          .isEqualTo(!of.bool("wantErr"));
    }
  }

  private static Map<Path, Json.Obj> vectors(String kind) throws IOException {
    Map<Path, Json.Obj> vectors = new TreeMap<>();
    try (Stream<Path> files = Files.walk(VECTORS.resolve(kind))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).toList()) {
        Matcher sizes = SIZE.matcher(Files.readString(file));
        vectors.put(file, JsonReader.object(sizes.replaceAll("$1\"$2\"")));
      }
    }
    return vectors;
  }

  private static long size(Json.Obj of, String member) throws IOException {
    return Long.parseUnsignedLong(of.text(member));
  }

  private static byte[] bytes(Json.Obj of, String member) {
    return of.find(member).orElse(Json.Null.NULL) instanceof Json.Str text
        ? Base64.getDecoder().decode(text.value())
        : new byte[0];
  }

  private static List<byte[]> proof(Json.Obj of) {
    List<byte[]> proof = new ArrayList<>();
    if (of.find("proof").orElse(Json.Null.NULL) instanceof Json.Arr hashes) {
      for (Json hash : hashes.items()) {
        proof.add(Base64.getDecoder().decode(((Json.Str) hash).value()));
      }
    }
    return proof;
  }
}
