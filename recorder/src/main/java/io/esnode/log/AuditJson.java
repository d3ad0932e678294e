package io.esnode.log;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns lines of JSON, one audit record each, into rows of the table {@code audit}: {@code timestamp}, {@code level}
 * {@code AUDIT}, {@code event_type}, {@code actor}, {@code target}, {@code action}, {@code parameters}, {@code result},
 * {@code correlation_id}. What has no column stands in the detail as JSON. Lines of another level are counted. Not
 * thread-safe.
 */
final class AuditJson implements FileLog {
  static final String SOURCE = "audit.json";

  private static final int DETAIL_CHARS = 2048;
  private static final int WORD_CHARS = 128;
  private static final int LINE_DEPTH = 16;

  private static final Set<String> ACCOUNTS = Set.of(
      "account",
      "actor",
      "email",
      "gid",
      "group",
      "login",
      "owner",
      "principal",
      "subject",
      "uid",
      "user",
      "userid",
      "username");
  private static final Set<String> HOSTS =
      Set.of("fqdn", "host", "hostname", "machine", "node", "nodename", "server");
  private static final Set<String> PODS = Set.of("namespace", "pod", "podname");
  private static final Set<String> JOBS = Set.of("job", "jobname");

  /** Command lines and secrets. */
  private static final Set<String> NEVER = Set.of(
      "apikey",
      "args",
      "arguments",
      "argv",
      "authorization",
      "cmd",
      "cmdline",
      "command",
      "commandline",
      "cookie",
      "env",
      "environment",
      "passphrase",
      "password",
      "secret",
      "token");

  private final Path path;
  private final LogRows rows;
  private final LogNames names;
  private final Unreadable unreadable;
  private long latestTs;

  AuditJson(Path path, LogRows rows, LogNames names) {
    this.path = path;
    this.rows = rows;
    this.names = names;
    this.unreadable = new Unreadable(path, rows, "are no JSON objects");
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public LogRows rows() {
    return rows;
  }

  @Override
  public void line(byte[] bytes, int length, long at) {
    Map<String, Json> members;
    try {
      members = new TreeMap<>(JsonReader.object(Arrays.copyOf(bytes, length)).members());
    } catch (JsonException e) {
      unreadable.add(at);
      return;
    }
    rows.count();
    if (members.get("level") instanceof Json.Str level
        && !level.value().equalsIgnoreCase("audit")) {
      return;
    }
    record(members);
  }

  private void record(Map<String, Json> members) {
    Long own = micros(members.get("timestamp"));
    long ts = own == null ? rows.now().tsMicros() : own;
    latestTs = Math.max(latestTs, ts);
    String type = take("event_type", members);
    String action = take("action", members);
    String actor = take("actor", members);
    String result = take("result", members);
    members.remove("level");
    if (own == null) {
      // The row has the time of reading.
      members.put(
          "esnode_note", Json.of("no timestamp that can be read: the time is that of reading"));
    } else {
      members.remove("timestamp");
    }
    Map<String, String> texts = new TreeMap<>();
    // The prefix keeps what a file says apart from what the recorder did.
    texts.put("action", "json:" + names.word(action == null ? "unnamed" : action));
    put("record_type", type == null ? null : names.word(type), texts);
    put("account", actor == null ? null : names.account(actor), texts);
    put("outcome", result == null ? null : outcome(result), texts);
    texts.put("detail", detail(members));
    rows.row("audit", String.valueOf(texts.get("action")), texts, Map.of(), ts);
  }

  /** A text member, which then has a column of its own and leaves the detail. */
  private static @Nullable String take(String name, Map<String, Json> members) {
    if (members.get(name) instanceof Json.Str text && text.value().length() <= WORD_CHARS) {
      members.remove(name);
      return text.value();
    }
    return null;
  }

  private static void put(String column, @Nullable String value, Map<String, String> texts) {
    if (value != null) {
      texts.put(column, value);
    }
  }

  private String outcome(String result) {
    return switch (result.toLowerCase(Locale.ROOT)) {
      case "success", "succeeded", "ok", "yes", "allowed", "applied" -> "success";
      case "failure", "failed", "error", "no", "denied", "refused" -> "failure";
      default -> names.word(result);
    };
  }

  /** ISO 8601 with an offset, or a number since 1970 whose size tells its unit: s, ms, µs or ns. */
  private static @Nullable Long micros(@Nullable Json timestamp) {
    try {
      if (timestamp instanceof Json.Str text) {
        Instant instant = OffsetDateTime.parse(text.value()).toInstant();
        return plausible(instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000);
      }
      if (timestamp instanceof Json.Num number) {
        double value = number.value().doubleValue();
        double micros = value < 1e11
            ? value * 1e6
            : value < 1e14 ? value * 1e3 : value < 1e17 ? value : value / 1e3;
        return plausible((long) micros);
      }
    } catch (DateTimeException e) {
      return null;
    }
    return null;
  }

  /** From 1970 to 2286, as the other logs can say. */
  private static @Nullable Long plausible(long micros) {
    return micros > 0 && micros < 10_000_000_000_000_000L ? micros : null;
  }

  /** Canonical JSON of what fits; how many members did not. */
  private String detail(Map<String, Json> members) {
    Map<String, Json> fitting = new TreeMap<>();
    int chars = 0;
    long left = 0;
    for (Map.Entry<String, Json> member : members.entrySet()) {
      Json safe = safe(member.getKey(), member.getValue(), 1);
      int length =
          Json.array(List.of(safe)).canonical().length() + member.getKey().length();
      if (chars + length > DETAIL_CHARS) {
        left++;
      } else {
        chars += length;
        fitting.put(names.word(member.getKey()), safe);
      }
    }
    if (left > 0) {
      fitting.put("esnode_left_out", Json.of(left));
    }
    return new Json.Obj(fitting).canonical();
  }

  private Json safe(String name, Json value, int depth) {
    String plain = name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
    if (NEVER.contains(plain) || depth > LINE_DEPTH) {
      return Json.of(LogNames.LEFT_OUT);
    }
    if (value instanceof Json.Obj object) {
      Map<String, Json> safe = new TreeMap<>();
      object
          .members()
          .forEach((key, member) -> safe.put(names.word(key), safe(key, member, depth + 1)));
      return new Json.Obj(safe);
    }
    if (value instanceof Json.Arr array) {
      List<Json> safe = new ArrayList<>();
      array.items().forEach(item -> safe.add(safe(name, item, depth + 1)));
      return Json.array(safe);
    }
    if (value instanceof Json.Str text) {
      return Json.of(text(plain, text.value()));
    }
    if (value instanceof Json.Num number) {
      return number(plain, number);
    }
    return value;
  }

  private String text(String plain, String value) {
    if (ACCOUNTS.contains(plain)) {
      return names.account(value);
    }
    if (HOSTS.contains(plain)) {
      return names.name("host", value);
    }
    if (PODS.contains(plain)) {
      return names.name("pod", value);
    }
    return JOBS.contains(plain) ? names.name("job", value) : names.text(value);
  }

  /** Canonical JSON has integers of at most 53 bits; other numbers stand as text. */
  private Json number(String plain, Json.Num number) {
    if (ACCOUNTS.contains(plain)) {
      return Json.of(names.account(number.value().toString()));
    }
    try {
      return Json.of(number.integer());
    } catch (JsonException e) {
      return Json.of(number.value().toString());
    }
  }

  @Override
  public void leftOut(String what) {
    long now = rows.now().tsMicros();
    rows.gap(what, latestTs == 0 ? now : Math.min(latestTs, now), now);
  }

  @Override
  public void problem(@Nullable String why) {
    rows.problem(why);
  }

  @Override
  public void looked(boolean quiet) {
    rows.tellSuppressed(quiet ? rows.now().tsMicros() : latestTs);
    unreadable.tell();
  }

  @Override
  public void end() {
    unreadable.end();
    rows.tellSuppressed(Long.MAX_VALUE);
  }
}
