package io.esnode.signer;

import static io.esnode.signature.ReasonCode.GENESIS_UNKNOWN;
import static io.esnode.signature.ReasonCode.SEAL_CHAIN_BROKEN;
import static io.esnode.signature.ReasonCode.SEAL_INVALID;
import static io.esnode.signature.ReasonCode.SEAL_MISSING;

import io.esnode.seal.EpochSeal;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges the seals of one recording, from one bundle or several: whether each was signed with the key that the one before
 * names, none is missing, and no time goes back. Not thread-safe.
 */
public final class SealChain {
  private final List<Part> parts;
  private final TrustedKeys trusted;
  private final NavigableMap<Long, EpochSeal> byEpoch = new TreeMap<>();
  private final List<Verdict.Check> failed = new ArrayList<>();
  private final List<String> notPerformed = new ArrayList<>();
  private @Nullable String unlinked;

  /**
   * The seals of one bundle.
   *
   * @param name the file's
   * @param signer id of the key that signed the bundle
   * @param fromTheStart whether the bundle is to begin with the first epoch
   * @param ending what its last seal has to be
   * @param seals in any order
   */
  public record Part(
      String name, String signer, boolean fromTheStart, Ending ending, List<EpochSeal> seals) {
    public Part {
      seals = seals.stream().sorted(Comparator.comparingLong(EpochSeal::epoch)).toList();
    }
  }

  /** How a bundle ends. */
  public enum Ending {
    /** Where the recorder was stopped, at any place. */
    ANYWHERE,
    /** With a segment, perhaps the recording's last. */
    OF_SEGMENT,
    /** With the recording. */
    OF_RECORDING
  }

  private SealChain(List<Part> parts, TrustedKeys trusted) {
    this.parts = parts;
    this.trusted = trusted;
  }

  /** Judges them; every part is of the same recording. */
  public static SealChain judge(List<Part> parts, TrustedKeys trusted) {
    SealChain chain = new SealChain(List.copyOf(parts), trusted);
    for (Part part : chain.parts) {
      chain.collect(part);
      chain.holes(part);
    }
    chain.links();
    return chain;
  }

  /** By epoch, those of all parts. */
  public NavigableMap<Long, EpochSeal> byEpoch() {
    return byEpoch;
  }

  /** Every check, failed ones first. */
  public List<Verdict.Check> checks() {
    List<Verdict.Check> checks = new ArrayList<>(failed);
    if (failed.stream().noneMatch(check -> check.reason().exit() == SEAL_INVALID.exit())
        && !byEpoch.isEmpty()) {
      checks.add(new Verdict.Check(
          SEAL_CHAIN_BROKEN,
          true,
          "seals: epochs %d to %d, each signed with a key of its own%s"
              .formatted(
                  byEpoch.firstKey(),
                  byEpoch.lastKey(),
                  unlinked == null ? " that the one before names" : "")));
    }
    return checks;
  }

  /** What could not be checked with what was given. */
  public List<String> notPerformed() {
    List<String> skipped = new ArrayList<>(notPerformed);
    if (unlinked != null) {
      skipped.add(unlinked);
    }
    return skipped;
  }

  private void collect(Part part) {
    EpochSeal first = null;
    for (EpochSeal seal : part.seals()) {
      EpochSeal same = byEpoch.putIfAbsent(seal.epoch(), seal);
      if (same != null) {
        if (!same.equals(seal)) {
          fail(
              SEAL_INVALID,
              "%s: epoch %d was sealed twice, and not alike: two histories of one recording"
                  .formatted(part.name(), seal.epoch()));
        }
        continue;
      }
      if (!isSigned(seal)) {
        fail(
            SEAL_INVALID,
            "%s: the seal of epoch %d was not signed with the key that it names: it was changed, or is of another recording"
                .formatted(part.name(), seal.epoch()));
      }
      first = first == null ? seal : first;
    }
    if (first != null && first.isGenesis()) {
      vouched(part, first);
    }
  }

  private static boolean isSigned(EpochSeal seal) {
    try {
      VerifyingKey key = VerifyingKey.ofSpki("seal", seal.keyBytes());
      return key.algorithm() == SigningAlgorithm.ECDSA_P256
          && key.verifies(seal.signed(), seal.signatureBytes());
    } catch (KeyFileException e) {
      return false;
    }
  }

  private void vouched(Part part, EpochSeal genesis) {
    String id = genesis.keySha256();
    if (!id.equals(part.signer())
        && trusted.find(id).filter(key -> key.revocation() == null).isEmpty()) {
      fail(
          GENESIS_UNKNOWN,
          "%s: the seals begin with key %s, which neither signed the bundle nor is trusted here; compare it with its owner, then 'esnode trust add'"
              .formatted(part.name(), id));
    }
  }

  /** Inside one bundle every epoch stands. */
  private void holes(Part part) {
    long next = -1;
    for (EpochSeal seal : part.seals()) {
      if (seal.isGenesis()) {
        next = part.fromTheStart() ? 1 : -1;
        continue;
      }
      if (next >= 0 && seal.epoch() > next) {
        fail(
            SEAL_MISSING,
            "%s: no seal of %s: damaged, or taken out"
                .formatted(part.name(), epochs(next, seal.epoch() - 1)));
      }
      next = seal.epoch() + 1;
    }
    if (!endsAsItShould(part)) {
      fail(SEAL_MISSING, "%s: its end is not sealed: damaged, or taken out".formatted(part.name()));
    }
  }

  private static boolean endsAsItShould(Part part) {
    if (part.seals().isEmpty()) {
      return false;
    }
    EpochSeal.Reason last = part.seals().get(part.seals().size() - 1).reason();
    return switch (part.ending()) {
      case ANYWHERE -> true;
      case OF_SEGMENT -> last == EpochSeal.Reason.SEGMENT || last == EpochSeal.Reason.END;
      case OF_RECORDING -> last == EpochSeal.Reason.END;
    };
  }

  private void links() {
    EpochSeal before = null;
    for (EpochSeal seal : byEpoch.values()) {
      if (before != null) {
        link(before, seal);
      }
      before = seal;
    }
  }

  private void link(EpochSeal before, EpochSeal seal) {
    if (seal.epoch() > before.epoch() + 1) {
      unlinked = "whether the key of epoch %d is the one that epoch %d named: %s not given"
          .formatted(
              seal.epoch(),
              seal.epoch() - 1,
              "seals of " + epochs(before.epoch() + 1, seal.epoch() - 1) + " were");
    } else if (!seal.keySha256().equals(before.nextKeySha256())) {
      fail(
          SEAL_CHAIN_BROKEN,
          "epoch %d names %s as the next key, epoch %d is signed with %s: sealed again, or of another recording"
              .formatted(before.epoch(), before.nextKeySha256(), seal.epoch(), seal.keySha256()));
    }
    if (seal.monoNanos() < before.monoNanos() || !goesOn(before, seal)) {
      fail(
          SEAL_CHAIN_BROKEN,
          "epoch %d ends before epoch %d did".formatted(seal.epoch(), before.epoch()));
    }
  }

  private static boolean goesOn(EpochSeal before, EpochSeal seal) {
    Long from = before.segment();
    Long to = seal.segment();
    Long fromOffset = before.offsetBytes();
    Long toOffset = seal.offsetBytes();
    if (from == null || to == null || fromOffset == null || toOffset == null) {
      return true;
    }
    return to > from || (to.equals(from) && toOffset > fromOffset);
  }

  private void fail(ReasonCode reason, String message) {
    failed.add(new Verdict.Check(reason, false, message));
  }

  /** In words. */
  public static String epochs(long from, long to) {
    return from == to ? "epoch %d".formatted(from) : "epochs %d to %d".formatted(from, to);
  }

  /** Whether what witnesses saw may be laid against it. */
  public boolean holds() {
    return failed.stream().noneMatch(check -> check.reason().exit() == SEAL_INVALID.exit());
  }
}
