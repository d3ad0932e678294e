package io.esnode.policy;

import io.esnode.yaml.YamlException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a site asks of evidence: {@code docs/reference/policy.md}. A rule that is null or empty asks nothing. Immutable,
 * thread-safe.
 *
 * @param enforce whether what fails decides the exit status; else it is a warning
 * @param predicateTypes what the statement must be; any if empty
 * @param signers who must have signed
 * @param maxAge of the end of the evidence
 * @param allowSimulated whether evidence may be simulated; refused where the policy does not speak of it
 * @param maxOpen how long the evidence may go on after the last seal that a witness saw
 * @param minVersion of the recorder
 * @param baseline an earlier verdict that this one must not fall behind
 * @param log whether inclusion in a depository's log is asked for
 */
public record Policy(
    String name,
    boolean enforce,
    Set<String> predicateTypes,
    @Nullable Signers signers,
    @Nullable Duration maxAge,
    TimeStamp timestamp,
    boolean allowSimulated,
    Bounds bounds,
    Stream stream,
    @Nullable Duration maxOpen,
    @Nullable String minVersion,
    @Nullable BaselineFile baseline,
    boolean log,
    List<Waiver> exceptions) {
  public static final String FORMAT = "esnode.policy/1";

  /** Whose time must stand behind a signature. */
  enum TimeStamp {
    ANY,
    /** Somebody's who is trusted here. */
    REQUIRED,
    /** Not the site's own. */
    EXTERNAL
  }

  /** How much of a stream must be there. */
  enum Stream {
    ANY,
    /** No hole between the first bundle given and the last. */
    UNBROKEN,
    /** And the first one given is the first there is. */
    WHOLE
  }

  /**
   * Who must have signed.
   *
   * @param threshold how many of them
   * @param keys key ids; with {@code identities} empty too, everybody trusted here counts
   */
  record Signers(int threshold, Set<String> keys, List<Named> identities) {
    Signers {
      keys = Set.copyOf(keys);
      identities = List.copyOf(identities);
    }
  }

  /** Whom a certificate authority must have named, exactly. */
  record Named(String issuer, String subject) {}

  /**
   * How complete a recording must be; null asks nothing.
   *
   * @param coveragePpm least share captured, millionths
   * @param latePpm largest share of late ticks, millionths
   * @param clockErrorMicros largest error of the clock, which must be known
   */
  record Bounds(
      @Nullable Long coveragePpm,
      @Nullable Duration minDuration,
      @Nullable Long maxDropped,
      @Nullable Long maxGaps,
      @Nullable Long latePpm,
      @Nullable Long clockErrorMicros,
      @Nullable Long maxClockSteps) {}

  /**
   * A verdict of an earlier run.
   *
   * @param path as the policy has it: relative to the policy
   * @param sha256 null where any will do
   */
  public record BaselineFile(String path, @Nullable String sha256) {}

  public Policy {
    predicateTypes = Set.copyOf(predicateTypes);
    exceptions = List.copyOf(exceptions);
  }

  /**
   * Reads a policy.
   *
   * @param file how messages call it
   * @throws YamlException if it is not one, or asks for nothing
   */
  public static Policy parse(String file, byte[] utf8) throws YamlException {
    return PolicyReader.read(file, utf8);
  }
}
