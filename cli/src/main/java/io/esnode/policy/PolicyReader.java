package io.esnode.policy;

import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.yaml.Block;
import io.esnode.yaml.Nearest;
import io.esnode.yaml.Quantity;
import io.esnode.yaml.Yaml;
import io.esnode.yaml.YamlException;
import io.esnode.yaml.YamlReader;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads policies; whatever the bytes, only {@link YamlException} escapes. Used once; not thread-safe. */
final class PolicyReader {
  private static final int MAX_ITEMS = 1000;
  private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SHARE = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,4})?) ?%");
  private static final Map<String, String> TYPES = types();

  private final Block top;
  private boolean asks;

  private PolicyReader(Block top) {
    this.top = top;
  }

  private static Map<String, String> types() {
    Map<String, String> types = new LinkedHashMap<>();
    types.put("recording", PredicateType.RECORDING);
    types.put("simulated-recording", PredicateType.SIMULATED_RECORDING);
    types.put("analysis", PredicateType.ANALYSIS);
    types.put("report", PredicateType.REPORT);
    types.put("certificate", PredicateType.CERTIFICATE);
    types.put("custody", PredicateType.CUSTODY);
    types.put("file", PredicateType.FILE);
    types.put("provenance", PredicateType.PROVENANCE);
    types.put("verification-summary", PredicateType.VERIFICATION_SUMMARY);
    return types;
  }

  static Policy read(String file, byte[] utf8) throws YamlException {
    Block top = Block.of(YamlReader.read(file, utf8, "policy"), "a policy");
    top.choice("policy", List.of(Policy.FORMAT));
    return new PolicyReader(top).policy();
  }

  private Policy policy() throws YamlException {
    String name = top.text("name");
    boolean enforce = top.choice("mode", List.of("enforce", "warn"), "enforce").equals("enforce");
    Set<String> types = predicateTypes();
    Policy.Signers signers = signers();
    Duration maxAge = time(top, "max_age");
    Policy.TimeStamp timestamp =
        asked(top, "timestamp", Policy.TimeStamp.ANY, Policy.TimeStamp.values());
    boolean allowSimulated = simulated();
    Policy.Bounds bounds = bounds();
    Policy.Stream stream = asked(top, "stream", Policy.Stream.ANY, Policy.Stream.values());
    Duration maxOpen = time(top, "anchor");
    String minVersion = minVersion();
    Policy.BaselineFile baseline = baseline();
    boolean log = top.has("log") && top.choice("log", List.of("required")).equals("required");
    asks |= log;
    List<Waiver> exceptions = exceptions();
    top.end();
    if (!asks) {
      throw top.place()
          .wrong(
              "found a policy that asks for nothing, expected a rule; what asks nothing passes everything");
    }
    return new Policy(
        name,
        enforce,
        types,
        signers,
        maxAge,
        timestamp,
        allowSimulated,
        bounds,
        stream,
        maxOpen,
        minVersion,
        baseline,
        log,
        exceptions);
  }

  private Set<String> predicateTypes() throws YamlException {
    Set<String> types = new HashSet<>();
    for (Yaml item : some(top, "predicate_types")) {
      String found = word(item, "predicate_types");
      if (found.contains("://")) {
        types.add(found);
      } else if (TYPES.containsKey(found)) {
        types.add(TYPES.getOrDefault(found, found));
      } else {
        throw item.place()
            .wrong("predicate_types: found \"%s\"%s, expected a URI or one of %s"
                .formatted(
                    found, Nearest.hint(found, TYPES.keySet()), String.join(", ", TYPES.keySet())));
      }
    }
    return types;
  }

  private Policy.@Nullable Signers signers() throws YamlException {
    if (!top.has("signers")) {
      return null;
    }
    Block block = Block.of(top.need("signers"), "signers");
    Set<String> keys = new HashSet<>();
    for (Yaml item : some(block, "keys")) {
      String id = word(item, "keys");
      if (!KEY_ID.matcher(id).matches()) {
        throw item.place()
            .wrong(
                "keys: found \"%s\", expected a key id: 64 hex digits in lower case, as 'esnode trust list' shows"
                    .formatted(id));
      }
      keys.add(id);
    }
    List<Policy.Named> identities = new ArrayList<>();
    for (Yaml item : some(block, "identities")) {
      Block identity = Block.of(item, "an identity");
      identities.add(new Policy.Named(identity.text("issuer"), identity.text("subject")));
      identity.end();
    }
    int threshold = (int) block.integer("threshold", 1, MAX_ITEMS, 1);
    boolean anybody = keys.isEmpty() && identities.isEmpty();
    if (anybody && !block.has("threshold")) {
      throw block
          .place()
          .wrong("signers: found neither keys, identities nor threshold, expected one of them");
    }
    if (!anybody && threshold > keys.size() + identities.size()) {
      throw block
          .scalar("threshold")
          .place()
          .wrong("threshold: found %d of %d signers, which nobody can reach"
              .formatted(threshold, keys.size() + identities.size()));
    }
    block.end();
    asks = true;
    return new Policy.Signers(threshold, keys, identities);
  }

  private boolean simulated() throws YamlException {
    boolean allow =
        top.choice("simulated", List.of("refuse", "allow"), "refuse").equals("allow");
    asks |= top.has("simulated") && !allow;
    return allow;
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private Policy.Bounds bounds() throws YamlException {
    Long coverage = null;
    Duration duration = null;
    Long dropped = null;
    Long gaps = null;
    Long late = null;
    if (top.has("completeness")) {
      Block block = Block.of(top.need("completeness"), "completeness");
      coverage = share(block, "coverage");
      duration = time(block, "min_duration");
      dropped = count(block, "max_dropped");
      gaps = count(block, "max_gaps");
      late = share(block, "max_late");
      block.end();
    }
    Long error = null;
    Long steps = null;
    if (top.has("clock")) {
      Block block = Block.of(top.need("clock"), "clock");
      if (block.has("max_error")) {
        error = positive(block, "max_error", block.quantity("max_error", Quantity.DELAY));
      }
      steps = count(block, "max_steps");
      block.end();
    }
    return new Policy.Bounds(coverage, duration, dropped, gaps, late, error, steps);
  }

  private @Nullable String minVersion() throws YamlException {
    if (!top.has("recorder")) {
      return null;
    }
    Block block = Block.of(top.need("recorder"), "recorder");
    String version = block.word("min_version");
    if (Version.parse(version).isEmpty()) {
      throw block
          .scalar("min_version")
          .place()
          .wrong("min_version: found \"%s\", expected a version such as 0.1.0".formatted(version));
    }
    block.end();
    asks = true;
    return version;
  }

  private Policy.@Nullable BaselineFile baseline() throws YamlException {
    if (!top.has("baseline")) {
      return null;
    }
    Block block = Block.of(top.need("baseline"), "baseline");
    String path = block.text("file");
    String sha256 = null;
    if (block.has("sha256")) {
      sha256 = block.word("sha256");
      if (!KEY_ID.matcher(sha256).matches()) {
        throw block
            .scalar("sha256")
            .place()
            .wrong("sha256: found \"%s\", expected 64 hex digits in lower case".formatted(sha256));
      }
    }
    block.end();
    asks = true;
    return new Policy.BaselineFile(path, sha256);
  }

  private List<Waiver> exceptions() throws YamlException {
    List<Waiver> exceptions = new ArrayList<>();
    for (Yaml item : some(top, "exceptions", false)) {
      Block block = Block.of(item, "an exception");
      Yaml.Scalar rule = block.scalar("rule");
      exceptions.add(new Waiver(
          rule(rule), block.text("artefact"), block.text("reason"), instant(block, "until")));
      block.end();
    }
    return exceptions;
  }

  private static ReasonCode rule(Yaml.Scalar rule) throws YamlException {
    String found = rule.text().strip();
    List<String> known = new ArrayList<>();
    for (ReasonCode code : ReasonCode.values()) {
      if (!PolicyJudge.WAIVABLE.contains(code)) {
        continue;
      }
      if (found.equals(code.code()) || found.equals(code.name())) {
        return code;
      }
      known.add(code.name());
    }
    throw rule.place()
        .wrong("rule: found \"%s\"%s, expected a rule that can be waived, by code or name: %s"
            .formatted(found, Nearest.hint(found, known), String.join(", ", known)));
  }

  private static Instant instant(Block block, String key) throws YamlException {
    try {
      return Instant.parse(block.text(key));
    } catch (DateTimeException e) {
      throw block
          .scalar(key)
          .place()
          .wrong(
              "%s: found \"%s\", expected a time such as 2026-12-01T00:00:00Z"
                  .formatted(key, block.text(key)),
              e);
    }
  }

  /** One of an enumeration by its name in lower case; its first constant is what stands for silence. */
  private <E extends Enum<E>> E asked(Block block, String key, E silent, E[] values)
      throws YamlException {
    if (!block.has(key)) {
      return silent;
    }
    List<String> names = new ArrayList<>();
    for (E value : values) {
      if (!value.equals(silent)) {
        names.add(value.name().toLowerCase(Locale.ROOT));
      }
    }
    asks = true;
    return values[1 + names.indexOf(block.choice(key, names))];
  }

  private @Nullable Duration time(Block block, String key) throws YamlException {
    return block.has(key)
        ? Duration.ofMillis(positive(block, key, block.quantity(key, Quantity.TIME)))
        : null;
  }

  private long positive(Block block, String key, long found) throws YamlException {
    if (found <= 0) {
      throw block
          .scalar(key)
          .place()
          .wrong("%s: found %s, expected more than 0"
              .formatted(key, YamlReader.kind(block.scalar(key))));
    }
    asks = true;
    return found;
  }

  private @Nullable Long count(Block block, String key) throws YamlException {
    if (!block.has(key)) {
      return null;
    }
    asks = true;
    return block.integer(key, 0, 1L << 50);
  }

  private @Nullable Long share(Block block, String key) throws YamlException {
    if (!block.has(key)) {
      return null;
    }
    Yaml.Scalar scalar = block.scalar(key);
    Matcher share = SHARE.matcher(scalar.text().strip());
    long ppm = share.matches()
        ? new BigDecimal(share.group(1)).movePointRight(4).longValueExact()
        : Completeness.WHOLE + 1;
    if (ppm > Completeness.WHOLE) {
      throw scalar
          .place()
          .wrong("%s: found %s, expected a share such as 99.5 %%"
              .formatted(key, YamlReader.kind(scalar)));
    }
    asks = true;
    return ppm;
  }

  private List<Yaml> some(Block block, String key) throws YamlException {
    return some(block, key, true);
  }

  private List<Yaml> some(Block block, String key, boolean rule) throws YamlException {
    List<Yaml> items = block.items(key);
    if (block.has(key) && (items.isEmpty() || items.size() > MAX_ITEMS)) {
      throw block
          .need(key)
          .place()
          .wrong("%s: found %d, expected 1 to %d".formatted(key, items.size(), MAX_ITEMS));
    }
    asks |= rule && !items.isEmpty();
    return items;
  }

  private static String word(Yaml item, String key) throws YamlException {
    if (item instanceof Yaml.Scalar scalar && !scalar.text().isBlank()) {
      return scalar.text().strip();
    }
    throw item.place()
        .wrong("%s: found %s, expected one word".formatted(key, YamlReader.kind(item)));
  }
}
