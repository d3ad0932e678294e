package io.esnode.signer;

import io.esnode.bundle.AtomicFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys trusted on a machine: one file {@code KEYID.json} each ({@code docs/format/sidecar.md}). One entry that cannot
 * be read makes the whole directory unreadable, because it may be a revocation. Not thread-safe; a key is added or revoked
 * whole or not at all.
 */
public final class TrustDirectory {
  private static final String SUFFIX = ".json";
  private static final int MAX_ENTRY = 64 << 10;

  /** Shorter beginnings of a key id are too easily mistaken. */
  private static final int MIN_PREFIX = 8;

  private static final Pattern HEX = Pattern.compile("[0-9a-f]{" + MIN_PREFIX + ",64}");

  private final Path directory;

  /** @param directory need not exist; then it holds no keys */
  public TrustDirectory(Path directory) {
    this.directory = directory;
  }

  public Path path() {
    return directory;
  }

  /** All entries, revoked ones included, by label and then key id. */
  public List<TrustedKey> list() throws TrustException {
    List<TrustedKey> keys = new ArrayList<>();
    if (!Files.exists(directory)) {
      return keys;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (String.valueOf(file.getFileName()).endsWith(SUFFIX)) {
          keys.add(read(file));
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
    keys.sort(Comparator.comparing(TrustedKey::label).thenComparing(TrustedKey::keyId));
    return List.copyOf(keys);
  }

  private static TrustedKey read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_ENTRY) {
      throw TrustException.malformed(
          "%s: not a file of at most %d bytes, expected a trusted key; remove it from the trust directory"
              .formatted(file, MAX_ENTRY));
    }
    TrustedKey key = TrustedKey.parse(file.toString(), Files.readAllBytes(file));
    if (!String.valueOf(file.getFileName()).equals(key.keyId() + SUFFIX)) {
      throw TrustException.malformed(
          "%s: holds key %s, expected in a file of that name".formatted(file, key.keyId()));
    }
    return key;
  }

  /**
   * Trusts a key. Adding it again under the same label changes nothing.
   *
   * @param label at most 64 visible characters, not that of another key
   */
  public TrustedKey add(VerifyingKey key, String label, Instant now) throws TrustException {
    Optional<String> fault = TrustedKey.labelFault(label);
    if (fault.isPresent()) {
      throw TrustException.refused(fault.get());
    }
    for (TrustedKey known : list()) {
      if (known.keyId().equals(key.keyId())) {
        return again(known, label);
      }
      if (known.label().equals(label)) {
        throw TrustException.refused("label %s belongs to key %s already; give another with --label"
            .formatted(Excerpt.of(label), known.keyId()));
      }
    }
    TrustedKey added = new TrustedKey(label, key, now, null, null, null);
    write(added);
    return added;
  }

  private static TrustedKey again(TrustedKey known, String label) throws TrustException {
    if (known.revocation() != null) {
      throw TrustException.refused(
          "key %s was revoked at %s (%s); a revoked key is not trusted again, have the signer make a new one"
              .formatted(
                  known.keyId(),
                  known.revocation().at(),
                  Excerpt.of(known.revocation().reason())));
    }
    if (!known.label().equals(label)) {
      throw TrustException.refused("key %s is trusted already, as %s since %s"
          .formatted(known.keyId(), Excerpt.of(known.label()), known.added()));
    }
    return known;
  }

  /**
   * Stops trusting a key that is here.
   *
   * @param name its label, its key id, or the first {@value #MIN_PREFIX} or more digits of the latter
   * @param compromisedSince null where unknown
   */
  public TrustedKey revoke(
      String name, String reason, @Nullable Instant compromisedSince, Instant now)
      throws TrustException {
    String id = name.toLowerCase(Locale.ROOT);
    List<TrustedKey> named = list().stream()
        .filter(key -> key.label().equals(name)
            || (HEX.matcher(id).matches() && key.keyId().startsWith(id)))
        .toList();
    if (named.isEmpty()) {
      throw TrustException.refused(
          "%s: no key with this label or key id in %s; 'esnode trust list' shows them, and a .pub file may be named instead"
              .formatted(Excerpt.of(name), directory));
    }
    if (named.size() > 1) {
      throw TrustException.refused("%s names %d keys: %s; give the whole key id"
          .formatted(
              Excerpt.of(name),
              named.size(),
              named.stream().map(TrustedKey::keyId).toList()));
    }
    return revoke(named.get(0), reason, compromisedSince, now);
  }

  /**
   * Stops trusting a key, whether or not it was ever added: the node's own key is trusted without being here, and a
   * revocation ends that too.
   *
   * @param label for a key that is not here yet
   */
  public TrustedKey revoke(
      VerifyingKey key,
      String label,
      String reason,
      @Nullable Instant compromisedSince,
      Instant now)
      throws TrustException {
    TrustedKey known = list().stream()
        .filter(entry -> entry.keyId().equals(key.keyId()))
        .findFirst()
        .orElseGet(() -> TrustedKey.pinned(label, key, now));
    return revoke(known, reason, compromisedSince, now);
  }

  private TrustedKey revoke(
      TrustedKey key, String reason, @Nullable Instant compromisedSince, Instant now)
      throws TrustException {
    if (reason.isBlank()) {
      throw TrustException.refused("a revocation needs a reason; give one with --reason");
    }
    if (key.revocation() != null) {
      throw TrustException.refused("key %s was revoked at %s already (%s)"
          .formatted(
              key.keyId(), key.revocation().at(), Excerpt.of(key.revocation().reason())));
    }
    TrustedKey revoked = key.revoked(new TrustedKey.Revocation(now, compromisedSince, reason));
    write(revoked);
    return revoked;
  }

  private void write(TrustedKey key) throws TrustException {
    Path file = directory.resolve(key.keyId() + SUFFIX);
    try {
      Files.createDirectories(directory);
      AtomicFile.write(file, key.toBytes());
    } catch (IOException e) {
      throw TrustException.cannotWrite(
          "%s: cannot be written: %s".formatted(file, Excerpt.of(e)), e);
    }
  }
}
