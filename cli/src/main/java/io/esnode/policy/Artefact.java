package io.esnode.policy;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a policy judges: what is signed, and who signed. Immutable.
 *
 * @param manifest what the signature vouches for of a recording; null for everything else
 * @param clockError asked only where the policy does
 */
public record Artefact(
    Verdict verdict, @Nullable Manifest manifest, Supplier<ClockError> clockError) {
  public static Artefact of(Verdict verdict, Supplier<ClockError> clockError) {
    return new Artefact(verdict, manifest(verdict), clockError);
  }

  private static @Nullable Manifest manifest(Verdict verdict) {
    Json.Obj statement = verdict.statement();
    try {
      return statement != null && PredicateType.RECORDINGS.contains(predicateType(verdict))
          ? Manifest.from(statement.obj("predicate").obj("manifest"))
          : null;
    } catch (JsonException e) {
      // Rules about a recording cannot be evaluated then.
      return null;
    }
  }

  /** The empty string where there is no statement. */
  public static String predicateType(Verdict verdict) {
    Json.Obj statement = verdict.statement();
    return statement != null
            && statement.find("predicateType").orElse(Json.Null.NULL) instanceof Json.Str type
        ? type.value()
        : "";
  }

  String predicateType() {
    return predicateType(verdict);
  }

  /** Of recordings, and of what was made from them and says so. */
  boolean simulated() {
    Json.Obj statement = verdict.statement();
    return predicateType().equals(PredicateType.SIMULATED_RECORDING)
        || (manifest != null && manifest.simulated())
        || (statement != null
            && statement.find("predicate").orElse(Json.Null.NULL) instanceof Json.Obj predicate
            && predicate.find("simulated").orElse(Json.Null.NULL) instanceof Json.Bool simulated
            && simulated.value());
  }
}
