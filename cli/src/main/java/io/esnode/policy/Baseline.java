package io.esnode.policy;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.TrustState;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A verdict of an earlier run ({@code esnode.verify/1}), which later ones must not fall behind. Immutable, thread-safe. */
public final class Baseline {
  static final String SCHEMA = "esnode.verify/1";

  /** One file's. */
  record Entry(
      String trust,
      @Nullable String predicateType,
      Set<String> signers,
      boolean timed,
      @Nullable Completeness recording) {
    Entry {
      signers = Set.copyOf(signers);
    }

    boolean trusted() {
      return trust.equals(TrustState.TRUSTED_SIGNER.words());
    }
  }

  private final Map<String, Entry> entries;

  private Baseline(Map<String, Entry> entries) {
    this.entries = Map.copyOf(entries);
  }

  /**
   * Reads what {@code esnode verify --format json} wrote.
   *
   * @throws JsonException if it did not
   */
  public static Baseline parse(byte[] utf8) throws JsonException {
    Json.Obj json = JsonReader.object(utf8);
    if (!json.text("schema").equals(SCHEMA)) {
      throw new JsonException("schema: found %s, expected \"%s\""
          .formatted(Json.of(json.text("schema")).ascii(), SCHEMA));
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Json.Obj file : json.arr("files").objects()) {
      Set<String> signers = new TreeSet<>();
      for (Json.Obj signer : file.arr("trusted").objects()) {
        signers.add(signer.text("key_id"));
      }
      Json recording = file.get("recording");
      Entry entry = new Entry(
          file.text("trust"),
          file.textOrNull("predicate_type"),
          signers,
          !(file.get("time") instanceof Json.Null),
          recording instanceof Json.Null ? null : Completeness.from(file.obj("recording")));
      if (entries.put(fileName(file.text("name")), entry) != null) {
        throw new JsonException("files: found two called %s, expected each name once"
            .formatted(Json.of(fileName(file.text("name"))).ascii()));
      }
    }
    if (entries.isEmpty()) {
      throw new JsonException("files: found none, expected one or more");
    }
    return new Baseline(entries);
  }

  /** The entry of a file's name; the only one stands for every file. */
  Optional<Entry> of(String name) {
    return entries.size() == 1
        ? Optional.of(List.copyOf(entries.values()).get(0))
        : Optional.ofNullable(entries.get(fileName(name)));
  }

  private static String fileName(String path) {
    try {
      return String.valueOf(Path.of(path).getFileName());
    } catch (InvalidPathException e) {
      return path;
    }
  }
}
