package io.esnode.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value. Immutable, thread-safe.
 *
 * <p>Reading is strict (RFC 8259 without duplicate names, depth and size bounded, see {@link JsonReader}); writing
 * gives one form only, RFC 8785 with integers alone, so that equal values are equal bytes. Reals travel as decimal
 * strings of a stated scale: engines print doubles differently, and evidence must not depend on that.
 */
public sealed interface Json {
  /** An object; members keep the order in which they were read or put, and are written in RFC 8785 order. */
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    public Optional<Json> find(String name) {
      return Optional.ofNullable(members.get(name));
    }

    public boolean has(String name) {
      return members.containsKey(name);
    }

    public Json get(String name) throws JsonException {
      Json value = members.get(name);
      if (value == null) {
        throw new JsonException("member \"%s\" missing".formatted(name));
      }
      return value;
    }

    public String text(String name) throws JsonException {
      return typed(name, Str.class, "a string").value();
    }

    public long integer(String name) throws JsonException {
      Num number = typed(name, Num.class, "an integer");
      try {
        return number.integer();
      } catch (JsonException e) {
        throw new JsonException("member \"%s\": %s".formatted(name, e.getMessage()), e);
      }
    }

    public boolean bool(String name) throws JsonException {
      return typed(name, Bool.class, "true or false").value();
    }

    public Obj obj(String name) throws JsonException {
      return typed(name, Obj.class, "an object");
    }

    public Arr arr(String name) throws JsonException {
      return typed(name, Arr.class, "an array");
    }

    /** The members, all of them strings, by name. */
    public Map<String, String> texts() throws JsonException {
      Map<String, String> texts = new LinkedHashMap<>();
      for (String name : members.keySet()) {
        texts.put(name, text(name));
      }
      return texts;
    }

    /** The string, or null where the member is absent or JSON null. */
    public @Nullable String textOrNull(String name) throws JsonException {
      return members.getOrDefault(name, Null.NULL) instanceof Null ? null : text(name);
    }

    /** The integer, or null where the member is absent or JSON null. */
    public @Nullable Long integerOrNull(String name) throws JsonException {
      return members.getOrDefault(name, Null.NULL) instanceof Null ? null : integer(name);
    }

    private <T extends Json> T typed(String name, Class<T> type, String expected)
        throws JsonException {
      Json value = get(name);
      if (!type.isInstance(value)) {
        throw new JsonException(
            "member \"%s\": found %s, expected %s".formatted(name, value.describe(), expected));
      }
      return type.cast(value);
    }
  }

  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }

    /** The items as objects. */
    public List<Obj> objects() throws JsonException {
      return all(Obj.class, "an object");
    }

    /** The items as strings. */
    public List<String> texts() throws JsonException {
      return all(Str.class, "a string").stream().map(Str::value).toList();
    }

    /** The items as integers. */
    public List<Long> integers() throws JsonException {
      List<Long> integers = new ArrayList<>(items.size());
      for (Num number : all(Num.class, "an integer")) {
        integers.add(number.integer());
      }
      return integers;
    }

    private <T extends Json> List<T> all(Class<T> type, String expected) throws JsonException {
      List<T> typed = new ArrayList<>(items.size());
      for (int i = 0; i < items.size(); i++) {
        if (!type.isInstance(items.get(i))) {
          throw new JsonException(
              "item %d: found %s, expected %s".formatted(i, items.get(i).describe(), expected));
        }
        typed.add(type.cast(items.get(i)));
      }
      return typed;
    }
  }

  record Str(String value) implements Json {}

  /** A number, exact. Only integers of at most 2^53 - 1 can be written: RFC 8785 numbers are doubles. */
  record Num(BigDecimal value) implements Json {
    private static final BigDecimal MAX = BigDecimal.valueOf((1L << 53) - 1);

    /** Whether it can be written. */
    boolean isInteger() {
      return value.abs().compareTo(MAX) <= 0 && value.stripTrailingZeros().scale() <= 0;
    }

    /** The value, where it is an integer that can be written again: nothing is rounded or cut off. */
    public long integer() throws JsonException {
      if (!isInteger()) {
        throw new JsonException("found %s, expected an integer within 2^53 - 1".formatted(value));
      }
      return value.longValue();
    }
  }

  record Bool(boolean value) implements Json {}

  /** JSON null. */
  enum Null implements Json {
    NULL
  }

  static Json of(@Nullable String value) {
    return value == null ? Null.NULL : new Str(value);
  }

  static Json of(long value) {
    return new Num(BigDecimal.valueOf(value));
  }

  static Json ofNullable(@Nullable Long value) {
    return value == null ? Null.NULL : of(value.longValue());
  }

  static Json of(boolean value) {
    return new Bool(value);
  }

  static Arr array(Collection<? extends Json> items) {
    return new Arr(List.copyOf(items));
  }

  static Arr strings(Collection<String> items) {
    return new Arr(items.stream().map(s -> (Json) new Str(s)).toList());
  }

  /** An object whose members are strings. */
  static Obj texts(Map<String, String> texts) {
    Builder object = object();
    texts.forEach(object::put);
    return object.build();
  }

  static Builder object() {
    return new Builder();
  }

  /** Collects the members of an object. Not thread-safe. */
  final class Builder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    private Builder() {}

    public Builder put(String name, Json value) {
      if (members.put(name, value) != null) {
        throw new IllegalArgumentException("member put twice: " + name);
      }
      return this;
    }

    public Builder put(String name, @Nullable String value) {
      return put(name, Json.of(value));
    }

    public Builder put(String name, long value) {
      return put(name, Json.of(value));
    }

    public Builder put(String name, boolean value) {
      return put(name, Json.of(value));
    }

    public Obj build() {
      return new Obj(members);
    }
  }

  /** RFC 8785 text: members sorted by UTF-16 code units, no white space. */
  default String canonical() {
    return JsonWriter.canonical(this);
  }

  /** The canonical text with everything beyond ASCII as {@code \\uXXXX}: for verifiers that count characters as bytes. */
  default String ascii() {
    return JsonWriter.ascii(this);
  }

  /** Indented by two, members in RFC 8785 order, final newline: for people, and as deterministic as the canonical form. */
  default String pretty() {
    return JsonWriter.pretty(this);
  }

  private String describe() {
    if (this instanceof Str s) {
      String text = s.value().length() > 40 ? s.value().substring(0, 40) + "…" : s.value();
      return "the string " + JsonWriter.ascii(new Str(text));
    }
    if (this instanceof Num n) {
      return "the number " + n.value();
    }
    if (this instanceof Bool b) {
      return Boolean.toString(b.value());
    }
    return this instanceof Obj ? "an object" : this instanceof Arr ? "an array" : "null";
  }
}
