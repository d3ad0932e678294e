package io.esnode.log;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns lines of the Linux audit log into rows of the table {@code audit}, one for each event. Fields are taken by name, so that
 * arguments, keystrokes and socket addresses stay out. Not thread-safe.
 */
final class AuditLog implements FileLog {
  static final String SOURCE = "auditd";

  private static final int VALUE_CHARS = 256;
  private static final int DETAIL_CHARS = 1024;
  private static final int PATHS = 3;

  /** Stand beside another record that says what was done. */
  private static final Set<String> BESIDE = Set.of(
      "BPRM_FCAPS",
      "CAPSET",
      "CWD",
      "EOE",
      "EXECVE",
      "FD_PAIR",
      "IPC",
      "IPC_SET_PERM",
      "MMAP",
      "MQ_GETSETATTR",
      "MQ_NOTIFY",
      "MQ_OPEN",
      "MQ_SENDRECV",
      "OBJ_PID",
      "PATH",
      "PROCTITLE",
      "SOCKADDR",
      "SOCKETCALL",
      "URINGOP",
      "OPENAT2");

  /** Of programs' arguments and input nothing is taken. */
  private static final Set<String> NOTHING_OF =
      Set.of("EXECVE", "PROCTITLE", "SOCKADDR", "CWD", "TTY", "USER_TTY", "EOE");

  private static final Set<String> ACCOUNTS = Set.of(
      "acct",
      "auid",
      "egid",
      "euid",
      "fsgid",
      "fsuid",
      "gid",
      "grp",
      "id",
      "inode_gid",
      "inode_uid",
      "new-auid",
      "new_gid",
      "new_group",
      "oauid",
      "obj_gid",
      "obj_uid",
      "ogid",
      "old-auid",
      "old_gid",
      "ouid",
      "sauid",
      "sgid",
      "suid",
      "uid");

  private static final Set<String> HOSTS = Set.of("hostname", "addr", "laddr", "raddr", "node");

  /** In this order they stand in the detail. */
  private static final List<String> KEPT = List.of(
      "op",
      "avc",
      "perms",
      "apparmor",
      "operation",
      "exe",
      "comm",
      "pid",
      "ppid",
      "uid",
      "auid",
      "euid",
      "old-auid",
      "new-auid",
      "acct",
      "id",
      "grp",
      "new_group",
      "ses",
      "old-ses",
      "tty",
      "terminal",
      "hostname",
      "addr",
      "unit",
      "key",
      "tclass",
      "permissive",
      "sig",
      "code",
      "reason",
      "dev",
      "prom",
      "old_prom",
      "prog-id",
      "table",
      "family",
      "entries",
      "audit_enabled",
      "audit_failure",
      "audit_backlog_limit",
      "audit_backlog_wait_time",
      "audit_rate_limit",
      "audit_pid",
      "old",
      "list",
      "old-level",
      "new-level",
      "ver",
      "kernel",
      "exit");

  private static final Set<String> UNSET =
      Set.of("4294967295", "-1", "unset", "?", "(unknown)", "(none)", "(null)", "");

  /** Lines of the kernel, which syslog may put among the records. */
  private static final Pattern LOSS =
      Pattern.compile("audit_lost=(\\d{1,18})|audit: backlog limit exceeded|rate limit exceeded");

  private final Path path;
  private final LogRows rows;
  private final LogNames names;
  private final AuditEvents events = new AuditEvents();
  private final Serials serials = new Serials();
  private final Unreadable unreadable;
  private long latestTs;

  AuditLog(Path path, LogRows rows, LogNames names) {
    this.path = path;
    this.rows = rows;
    this.names = names;
    this.unreadable = new Unreadable(path, rows, "are no audit records");
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
    Optional<AuditRecord> record = AuditRecord.parse(bytes, length);
    if (record.isPresent()) {
      rows.count();
      record(record.get());
      return;
    }
    String text = new String(bytes, 0, Math.min(length, VALUE_CHARS), StandardCharsets.UTF_8);
    if (LOSS.matcher(text).find()) {
      rows.count();
      long now = rows.now().tsMicros();
      rows.gap("the kernel lost audit records: " + names.text(text), now, now);
    } else {
      unreadable.add(at);
    }
  }

  private void record(AuditRecord record) {
    latestTs = Math.max(latestTs, record.tsMicros());
    // auditd numbers its own records by itself.
    if (!record.type().startsWith("DAEMON_")) {
      serials.add(record.serial(), record.tsMicros()).ifPresent(this::missing);
    }
    events.add(record).forEach(this::event);
  }

  private void missing(Serials.Missing missing) {
    rows.gap(missing.reason(), missing.fromTs(), missing.toTs());
  }

  private void event(List<AuditRecord> records) {
    AuditRecord main = records.stream()
        .filter(record -> !BESIDE.contains(record.type()))
        .findFirst()
        .orElse(records.get(0));
    Map<String, String> fields = fields(records, main);
    String kind = main.type();
    Map<String, String> texts = new TreeMap<>();
    texts.put("record_type", kind);
    texts.put("action", action(main));
    texts.put("detail", detail(records, fields));
    String outcome = outcome(fields);
    if (outcome != null) {
      texts.put("outcome", outcome);
    }
    String account = account(fields);
    if (account != null) {
      texts.put("account", names.account(account));
    }
    rows.row("audit", kind, texts, Map.of("serial", main.serial()), main.tsMicros());
    loss(main, fields);
  }

  /** Of the main record first; the others add what it does not have. */
  private static Map<String, String> fields(List<AuditRecord> records, AuditRecord main) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (!NOTHING_OF.contains(main.type())) {
      fields.putAll(main.fields());
    }
    for (AuditRecord record : records) {
      if (!NOTHING_OF.contains(record.type()) && !record.type().equals("PATH")) {
        record.fields().forEach(fields::putIfAbsent);
      }
    }
    return fields;
  }

  /** The type first: whatever a program says it did, it cannot write an action of esnode's own. */
  private String action(AuditRecord main) {
    if (main.type().equals("SYSCALL")) {
      String name = main.enriched().get("SYSCALL");
      String number = main.fields().get("syscall");
      return name == null && number == null
          ? main.type()
          : main.type() + ' ' + cut(names.word(name == null ? String.valueOf(number) : name));
    }
    String op = main.fields().get("op");
    return op == null ? main.type() : main.type() + ' ' + cut(names.word(op));
  }

  private String detail(List<AuditRecord> records, Map<String, String> fields) {
    StringBuilder detail = new StringBuilder();
    for (String name : KEPT) {
      String value = fields.get(name);
      if (value != null && !name.equals("op")) {
        add(name, value(name, value), detail);
      }
    }
    records.stream()
        .filter(record -> record.type().equals("PATH"))
        .map(AuditRecord::fields)
        .filter(path -> path.containsKey("name") && !"PARENT".equals(path.get("nametype")))
        .limit(PATHS)
        .forEach(path -> add("path", value("name", String.valueOf(path.get("name"))), detail));
    return detail.toString();
  }

  private static void add(String name, String value, StringBuilder detail) {
    if (detail.length() + name.length() + value.length() < DETAIL_CHARS) {
      detail.append(detail.length() == 0 ? "" : " ").append(name).append('=').append(value);
    }
  }

  private String value(String name, String value) {
    if (UNSET.contains(value)) {
      return value.equals("4294967295") ? "unset" : value;
    }
    if (ACCOUNTS.contains(name)) {
      return names.account(value);
    }
    if (HOSTS.contains(name)) {
      String address = names.word(value);
      return cut(address.equals(value) ? names.name("host", value) : address);
    }
    return cut(names.word(value));
  }

  private static String cut(String value) {
    return value.length() > VALUE_CHARS ? value.substring(0, VALUE_CHARS) + "…" : value;
  }

  private static @Nullable String outcome(Map<String, String> fields) {
    String said = fields.getOrDefault(
        "res", fields.getOrDefault("result", fields.getOrDefault("success", "")));
    String avc = fields.getOrDefault("avc", fields.getOrDefault("apparmor", ""));
    if (avc.equalsIgnoreCase("denied")) {
      return "failure";
    }
    return switch (said) {
      case "1", "yes", "success" -> "success";
      case "0", "no", "failed", "failure" -> "failure";
      default -> null;
    };
  }

  /** Who logged in at the beginning of it all; of a login, who wants to. */
  private static @Nullable String account(Map<String, String> fields) {
    for (String name : List.of("auid", "acct", "uid")) {
      String value = fields.get(name);
      if (value != null && !UNSET.contains(value)) {
        return value;
      }
    }
    return null;
  }

  /** Events after which, or of which, records are missing. */
  private void loss(AuditRecord main, Map<String, String> fields) {
    String lost = fields.getOrDefault("lost", fields.getOrDefault("audit_lost", "0"));
    if (lost.matches("[1-9][0-9]{0,17}")) {
      rows.gap(
          "the kernel lost %s audit records".formatted(lost), main.tsMicros(), main.tsMicros());
    }
    switch (main.type()) {
      case "DAEMON_END", "DAEMON_ABORT" ->
        rows.gap("auditd ended (%s)".formatted(main.type()), main.tsMicros(), null);
      case "DAEMON_ERR" ->
        rows.gap(
            "auditd reports an error: " + names.word(fields.getOrDefault("op", "unnamed")),
            main.tsMicros(),
            null);
      case "CONFIG_CHANGE" -> {
        if ("0".equals(fields.get("audit_enabled"))) {
          rows.gap("auditing was switched off", main.tsMicros(), null);
        }
      }
      default -> {
        return;
      }
    }
  }

  @Override
  public void leftOut(String what) {
    long now = rows.now().tsMicros();
    rows.gap(what, latestTs == 0 ? now : Math.min(latestTs, now), now);
    serials.forget();
  }

  @Override
  public void problem(@Nullable String why) {
    rows.problem(why == null ? null : LogAccess.auditLogRemedy(why));
  }

  @Override
  public void looked(boolean quiet) {
    if (quiet) {
      events.quiet().forEach(this::event);
      serials.quiet().ifPresent(this::missing);
    }
    rows.tellSuppressed(quiet ? rows.now().tsMicros() : latestTs);
    unreadable.tell();
  }

  @Override
  public void end() {
    unreadable.end();
    rows.tellSuppressed(Long.MAX_VALUE);
  }
}
