package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether bundles of one stream follow one another. What their signatures vouch for counts, also where the file itself was
 * changed.
 *
 * @param id of the stream
 * @param first sequence number given, and {@code last}
 * @param files that were given
 * @param checks the worst decides
 */
record StreamVerdict(
    String id, long first, long last, List<String> files, List<Verdict.Check> checks) {
  StreamVerdict {
    files = List.copyOf(files);
    checks = List.copyOf(checks);
  }

  /** A bundle's place, as its statement says. */
  record Place(
      String file, String stream, long sequence, @Nullable String previous, String sha256) {}

  /** Of every stream of which more than one bundle was given. */
  static List<StreamVerdict> of(List<Verdict> verdicts) {
    List<Place> places = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      Place place = place(verdict);
      if (place != null) {
        places.add(place);
      }
    }
    return of(places, 2);
  }

  /** Of every stream of which so many bundles were given, or more. */
  static List<StreamVerdict> of(List<Place> given, int least) {
    Map<String, List<Place>> streams = new TreeMap<>();
    for (Place place : given) {
      streams.computeIfAbsent(place.stream(), s -> new ArrayList<>()).add(place);
    }
    List<StreamVerdict> found = new ArrayList<>();
    for (List<Place> places : streams.values()) {
      if (places.size() >= least) {
        found.add(judged(places));
      }
    }
    return found;
  }

  int bundles() {
    return files.size();
  }

  int exit() {
    int exit = ExitCode.OK;
    for (Verdict.Check check : checks) {
      exit = check.passed() ? exit : ExitCode.worst(exit, check.reason().exit());
    }
    return exit;
  }

  /** Null where there is no signed manifest. */
  static @Nullable Place place(Verdict verdict) {
    Json.Obj statement = verdict.statement();
    if (statement == null) {
      return null;
    }
    try {
      Json.Obj stream = statement.obj("predicate").obj("manifest").obj("stream");
      List<Json.Obj> subjects = statement.arr("subject").objects();
      return subjects.size() != 1
          ? null
          : new Place(
              verdict.name(),
              stream.text("id"),
              stream.integer("sequence"),
              stream.textOrNull("previous_sha256"),
              subjects.get(0).obj("digest").text("sha256"));
    } catch (JsonException e) {
      // A ledger, a report, or a statement that another check refuses.
      return null;
    }
  }

  private static StreamVerdict judged(List<Place> given) {
    List<Place> places = new ArrayList<>(given);
    places.sort(Comparator.comparingLong(Place::sequence).thenComparing(Place::sha256));
    List<Verdict.Check> checks = new ArrayList<>();
    for (int i = 1; i < places.size(); i++) {
      Place before = places.get(i - 1);
      Place place = places.get(i);
      if (place.sequence() == before.sequence()) {
        doubled(before, place, checks);
      } else if (place.sequence() > before.sequence() + 1) {
        checks.add(failed(
            ReasonCode.STREAM_MISSING,
            "%s missing between %s and %s"
                .formatted(
                    missing(before.sequence() + 1, place.sequence() - 1),
                    before.file(),
                    place.file())));
      } else if (!names(place, places)) {
        checks.add(failed(ReasonCode.STREAM_BROKEN, broken(place, before, places)));
      }
    }
    long first = places.get(0).sequence();
    long last = places.get(places.size() - 1).sequence();
    if (checks.isEmpty() && places.size() > 1) {
      checks.add(new Verdict.Check(
          ReasonCode.STREAM_BROKEN,
          true,
          "bundles %d to %d: each holds the digest of the one before".formatted(first, last)));
    }
    return new StreamVerdict(
        places.get(0).stream(), first, last, places.stream().map(Place::file).toList(), checks);
  }

  /** Whether it names one of those that are given as the one before. */
  private static boolean names(Place place, List<Place> all) {
    return all.stream()
        .anyMatch(other ->
            other.sequence() == place.sequence() - 1 && other.sha256().equals(place.previous()));
  }

  private static void doubled(Place before, Place place, List<Verdict.Check> checks) {
    if (!place.sha256().equals(before.sha256())) {
      checks.add(failed(
          ReasonCode.STREAM_DOUBLED,
          "%s and %s are different bundles, and both have number %d"
              .formatted(before.file(), place.file(), place.sequence())));
    }
  }

  private static String broken(Place place, Place before, List<Place> all) {
    String reordered = all.stream()
        .filter(other -> other.sha256().equals(place.previous()))
        .findFirst()
        .map(
            other -> "; that is %s, number %d: reordered".formatted(other.file(), other.sequence()))
        .orElse("");
    return "%s names SHA-256 %s as the bundle before it, %s has %s%s"
        .formatted(place.file(), place.previous(), before.file(), before.sha256(), reordered);
  }

  private static Verdict.Check failed(ReasonCode reason, String message) {
    return new Verdict.Check(reason, false, message);
  }

  private static String missing(long from, long to) {
    return from == to ? "number %d is".formatted(from) : "numbers %d to %d are".formatted(from, to);
  }

  /** What the answer does not say. */
  String notPerformed() {
    return "%safter number %d: what was not given there cannot be missed"
        .formatted(first > 0 ? "before number %d and ".formatted(first) : "", last);
  }
}
