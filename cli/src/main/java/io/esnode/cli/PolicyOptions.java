package io.esnode.cli;

import io.esnode.signature.PredicateType;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What of {@code verify} has to do with policies. */
final class PolicyOptions {
  @Option(
      names = "--policy",
      paramLabel = "POLICY.yaml",
      description =
          "Judge by this policy too. A signature beside it is checked; an untrusted one ends everything.")
  private @Nullable Path policy;

  @Option(
      names = "--policy-digest",
      paramLabel = "SHA256",
      converter = Digest.class,
      description = "The policy must be this one.")
  private @Nullable String digest;

  @Option(
      names = "--require-signed-policy",
      description = "The policy must be signed by somebody trusted here.")
  private boolean requireSigned;

  @Option(
      names = "--as-of",
      paramLabel = "TIME",
      converter = Time.class,
      description =
          "Measure ages and exceptions of the policy as of then, such as 2026-12-01T00:00:00Z (default: now).")
  private @Nullable Instant asOf;

  /** Null without one. */
  @Nullable
  PolicyFile read(TrustOptions trust, Home home, Instant now) {
    Path path = policy;
    return path == null
        ? null
        : PolicyFile.read(
            this,
            path,
            trust.verifier(home, Set.of(PredicateType.POLICY, PredicateType.FILE), now),
            asOf == null ? now : asOf);
  }

  /** What is wrong with them together; null if nothing. */
  @Nullable
  String fault() {
    return policy == null && (digest != null || requireSigned || asOf != null)
        ? "--policy-digest, --require-signed-policy and --as-of say something about --policy, which is missing"
        : null;
  }

  boolean given() {
    return policy != null;
  }

  @Nullable
  String digest() {
    return digest;
  }

  boolean requireSigned() {
    return requireSigned;
  }

  /** SHA-256 in hex. */
  static final class Digest implements ITypeConverter<String> {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    @Override
    public String convert(String text) {
      String digest = text.toLowerCase(Locale.ROOT);
      if (!HEX.matcher(digest).matches()) {
        throw new TypeConversionException(
            "found \"%s\", expected a SHA-256: 64 hex digits".formatted(text));
      }
      return digest;
    }
  }

  /** A time in UTC. */
  static final class Time implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "found \"%s\", expected a time such as 2026-12-01T00:00:00Z".formatted(text));
      }
    }
  }
}
