package io.esnode.signer;

import io.esnode.bundle.AtomicFile;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signature.Signer;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom a machine trusts: keys, identities that a certificate authority names, time stamping authorities, one file each
 * ({@code docs/format/sidecar.md}). One entry that cannot be read makes the whole directory unreadable, because it may be a
 * revocation. Not thread-safe; an entry is written whole or not at all, after the event that says so.
 */
public final class TrustDirectory {
  private static final String SUFFIX = ".json";
  private static final int MAX_ENTRY = 64 << 10;

  /** Shorter beginnings of an id are too easily mistaken. */
  private static final int MIN_PREFIX = 8;

  private static final Pattern HEX = Pattern.compile("[0-9a-f]{" + MIN_PREFIX + ",64}");

  private final Path directory;
  private final @Nullable Supplier<? extends Signer> events;

  /** @param directory need not exist; then it holds nothing */
  public TrustDirectory(Path directory) {
    this(directory, null);
  }

  private TrustDirectory(Path directory, @Nullable Supplier<? extends Signer> events) {
    this.directory = directory;
    this.events = events;
  }

  /** The same, where every change is an event signed by this key, which is asked for when there is one. */
  public TrustDirectory signedBy(Supplier<? extends Signer> by) {
    return new TrustDirectory(directory, by);
  }

  public Path path() {
    return directory;
  }

  /** What was changed here, by whom. */
  public KeyEvents events() {
    return new KeyEvents(directory);
  }

  /** All keys, revoked ones included, by label and then key id. */
  public List<TrustedKey> list() throws TrustException {
    return entries(TrustedKey.class);
  }

  /** All identities, revoked ones included. */
  public List<TrustedIdentity> identities() throws TrustException {
    return entries(TrustedIdentity.class);
  }

  /** All time stamping authorities, revoked ones included. */
  public List<TrustedAuthority> authorities() throws TrustException {
    return entries(TrustedAuthority.class);
  }

  private <T extends Trusted> List<T> entries(Class<T> kind) throws TrustException {
    return entries().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** All entries, revoked ones included, by label and then id. */
  public List<Trusted> entries() throws TrustException {
    List<Trusted> entries = new ArrayList<>();
    if (!Files.exists(directory)) {
      return entries;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (String.valueOf(file.getFileName()).endsWith(SUFFIX)) {
          entries.add(read(file));
        }
      }
    } catch (TrustException e) {
      throw e;
    } catch (DirectoryIteratorException | IOException e) {
      throw TrustException.malformed(
          "%s: the trust directory cannot be read: %s"
              .formatted(directory, e instanceof IOException io ? Excerpt.of(io) : e.getMessage()),
          e);
    }
    entries.sort(Comparator.comparing(Trusted::label).thenComparing(Trusted::id));
    return List.copyOf(entries);
  }

  private static Trusted read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_ENTRY) {
      throw TrustException.malformed(
          "%s: not a file of at most %d bytes, expected an entry; remove it from the trust directory"
              .formatted(file, MAX_ENTRY));
    }
    Trusted entry = parse(file.toString(), Files.readAllBytes(file));
    if (!String.valueOf(file.getFileName()).equals(fileName(entry))) {
      throw TrustException.malformed(
          "%s: holds %s, expected in the file %s".formatted(file, entry.id(), fileName(entry)));
    }
    return entry;
  }

  /** Reads an entry of any kind. */
  static Trusted parse(String name, byte[] utf8) throws TrustException {
    try {
      Json.Obj entry = JsonReader.object(utf8);
      return switch (entry.text("format")) {
        case TrustedIdentity.FORMAT -> TrustedIdentity.parse(entry);
        case TrustedAuthority.FORMAT -> TrustedAuthority.parse(entry);
        default -> TrustedKey.parse(entry);
      };
    } catch (JsonException | KeyFileException | IllegalArgumentException e) {
      throw TrustException.malformed(
          "%s: not an entry of a trust directory: %s".formatted(name, e.getMessage()), e);
    }
  }

  /** Where an entry stands: keys by their id, others with what they are before it. */
  static String fileName(Trusted entry) {
    String kind = entry instanceof TrustedIdentity
        ? "identity-"
        : entry instanceof TrustedAuthority ? "authority-" : "";
    return kind + entry.id() + SUFFIX;
  }

  /**
   * Trusts a key that signs evidence. Adding it again under the same label changes nothing.
   *
   * @param label at most 64 visible characters, not that of another entry
   */
  public TrustedKey add(VerifyingKey key, String label, Instant now) throws TrustException {
    return add(key, Set.of(Purpose.EVIDENCE), label, null, null, now);
  }

  /** Trusts a key for these purposes, from the one time up to but not including the other. */
  public TrustedKey add(
      VerifyingKey key,
      Set<Purpose> purposes,
      String label,
      @Nullable Instant from,
      @Nullable Instant until,
      Instant now)
      throws TrustException {
    requireLabel(label);
    return added(new TrustedKey(label, key, purposes, now, from, until, null), now);
  }

  /** Trusts whom a certificate authority names so. */
  public TrustedIdentity add(TrustedIdentity identity, Instant now) throws TrustException {
    requireLabel(identity.label());
    String fault = identity.fault();
    if (fault != null) {
      throw TrustException.refused(fault);
    }
    return added(identity, now);
  }

  /**
   * Trusts the stamps of an authority.
   *
   * @param name of the place of the certificates, for messages
   * @param certificates X.509 in PEM or DER, one chain up to the root
   * @param site whether it is the site's own
   */
  public TrustedAuthority add(
      String name,
      byte[] certificates,
      String label,
      boolean site,
      @Nullable Instant from,
      @Nullable Instant until,
      Instant now)
      throws TrustException {
    requireLabel(label);
    return added(TrustedAuthority.of(name, certificates, label, site).within(from, until), now);
  }

  private static void requireLabel(String label) throws TrustException {
    Optional<String> fault = TrustedKey.labelFault(label);
    if (fault.isPresent()) {
      throw TrustException.refused(fault.get());
    }
  }

  private <T extends Trusted> T added(T entry, Instant now) throws TrustException {
    for (Trusted known : entries()) {
      if (fileName(known).equals(fileName(entry))) {
        return again(known, entry);
      }
      if (known.label().equals(entry.label())) {
        throw TrustException.refused("label %s belongs to %s %s already; give another with --label"
            .formatted(Excerpt.of(entry.label()), kind(known), known.id()));
      }
    }
    write("add", entry, null, now);
    return entry;
  }

  @SuppressWarnings("unchecked") // the same file name is the same kind
  private static <T extends Trusted> T again(Trusted known, T wanted) throws TrustException {
    TrustedKey.Revocation revocation = known.revocation();
    if (revocation != null) {
      throw TrustException.refused(
          "%s %s was revoked at %s (%s); what was revoked is not trusted again, have the signer make a new key"
              .formatted(
                  kind(known), known.id(), revocation.at(), Excerpt.of(revocation.reason())));
    }
    if (!sameButAdded(known, wanted)) {
      throw TrustException.refused(
          "%s %s is trusted already, as %s, with other limits or another purpose; revoke or retire it, it is not changed"
              .formatted(kind(known), known.id(), Excerpt.of(known.label())));
    }
    return (T) known;
  }

  private static boolean sameButAdded(Trusted known, Trusted wanted) {
    if (known instanceof TrustedKey key && wanted instanceof TrustedKey other) {
      return new TrustedKey(
              key.label(),
              key.key(),
              key.purposes(),
              other.added(),
              key.validFrom(),
              key.validUntil(),
              null)
          .equals(other);
    }
    return known.toJson().equals(wanted.toJson());
  }

  /** In words. */
  public static String kind(Trusted entry) {
    return entry instanceof TrustedIdentity
        ? "identity"
        : entry instanceof TrustedAuthority ? "authority" : "key";
  }

  /**
   * Stops trusting somebody who is here.
   *
   * @param name the label, the id, or the first {@value #MIN_PREFIX} or more digits of the latter
   * @param compromisedSince null where unknown
   */
  public Trusted revoke(String name, String reason, @Nullable Instant compromisedSince, Instant now)
      throws TrustException {
    return revoke(named(name), reason, compromisedSince, now);
  }

  /**
   * Stops trusting a key, whether or not it was ever added: the node's own key is trusted without being here, and a
   * revocation ends that too.
   *
   * @param label for a key that is not here yet
   */
  public Trusted revoke(
      VerifyingKey key,
      String label,
      String reason,
      @Nullable Instant compromisedSince,
      Instant now)
      throws TrustException {
    TrustedKey known = list().stream()
        .filter(entry -> entry.keyId().equals(key.keyId()))
        .findFirst()
        .orElseGet(
            () -> new TrustedKey(TrustedKey.fittingLabel(label), key, now, null, null, null));
    return revoke(known, reason, compromisedSince, now);
  }

  /**
   * Accepts nothing more from a time on: what existed before stays valid.
   *
   * @param name as for {@link #revoke(String, String, Instant, Instant)}
   */
  public Trusted retire(String name, Instant at, Instant now) throws TrustException {
    Trusted entry = named(name);
    Instant until = entry.validUntil();
    if (entry.revocation() != null || (until != null && until.isBefore(at))) {
      throw TrustException.refused("%s %s is %s; it is not made longer"
          .formatted(
              kind(entry),
              entry.id(),
              until == null || entry.revocation() != null
                  ? "revoked"
                  : "valid until %s".formatted(until)));
    }
    Trusted retired = entry.within(entry.validFrom(), at);
    write("retire", retired, null, now);
    return retired;
  }

  private Trusted named(String name) throws TrustException {
    String id = name.toLowerCase(Locale.ROOT);
    List<Trusted> named = entries().stream()
        .filter(entry -> entry.label().equals(name)
            || (HEX.matcher(id).matches() && entry.id().startsWith(id)))
        .toList();
    if (named.isEmpty()) {
      throw TrustException.refused(
          "%s: no entry with this label or id in %s; 'esnode trust list' shows them, and a .pub file may be named instead"
              .formatted(Excerpt.of(name), directory));
    }
    if (named.size() > 1) {
      throw TrustException.refused("%s names %d entries: %s; give the whole id"
          .formatted(
              Excerpt.of(name), named.size(), named.stream().map(Trusted::id).toList()));
    }
    return named.get(0);
  }

  private Trusted revoke(
      Trusted entry, String reason, @Nullable Instant compromisedSince, Instant now)
      throws TrustException {
    if (reason.isBlank()) {
      throw TrustException.refused("a revocation needs a reason; give one with --reason");
    }
    TrustedKey.Revocation known = entry.revocation();
    if (known != null) {
      throw TrustException.refused("%s %s was revoked at %s already (%s)"
          .formatted(kind(entry), entry.id(), known.at(), Excerpt.of(known.reason())));
    }
    Trusted revoked = entry.revoked(new TrustedKey.Revocation(now, compromisedSince, reason));
    write("revoke", revoked, reason, now);
    return revoked;
  }

  private void write(String action, Trusted entry, @Nullable String reason, Instant now)
      throws TrustException {
    Path file = directory.resolve(fileName(entry));
    try {
      List<Trusted> before = entries();
      Files.createDirectories(directory);
      if (events != null) {
        KeyEvents log = events();
        Signer by = events.get();
        if (!Files.exists(log.file(), LinkOption.NOFOLLOW_LINKS)) {
          for (Trusted found : before) {
            log.append(by, "found", found, null, now);
          }
        }
        log.append(by, action, entry, reason, now);
      }
      AtomicFile.write(file, entry.toBytes());
    } catch (TrustException e) {
      throw e;
    } catch (IOException e) {
      throw TrustException.cannotWrite(
          "%s: cannot be written: %s".formatted(file, Excerpt.of(e)), e);
    }
  }
}
