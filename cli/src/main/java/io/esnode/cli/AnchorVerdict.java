package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.seal.EpochSeal;
import io.esnode.seal.WitnessFile;
import io.esnode.seal.WitnessLine;
import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import io.esnode.signer.SealChain;
import io.esnode.signer.TrustedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the seals of one recording say, and up to when somebody off the node saw them. It never makes up for a check that
 * failed.
 *
 * @param lastEpoch of those given; -1 where there is none
 * @param anchoredEpoch the last that a witness saw as it is; -1 where none did
 * @param anchoredTs when it was sealed, µs since 1970 UTC, by the recorder's clock
 * @param seenBy who saw it
 */
record AnchorVerdict(
    String recordingId,
    State state,
    long lastEpoch,
    long anchoredEpoch,
    long anchoredTs,
    String seenBy,
    List<Verdict.Check> checks,
    List<String> notPerformed) {
  private static final int MAX_NAMED = 5;

  AnchorVerdict {
    checks = List.copyOf(checks);
    notPerformed = List.copyOf(notPerformed);
  }

  /** How far the past is out of reach of whoever controls the node later. */
  enum State {
    NO_SEALS,
    NOT_ANCHORED,
    ANCHORED,
    REFUSED
  }

  /** Of every recording whose bundles are as they were signed. */
  static List<AnchorVerdict> of(
      List<SealedBundle> bundles, TrustedKeys trusted, AnchorOptions options) {
    Map<String, List<SealedBundle>> recordings = new TreeMap<>();
    for (SealedBundle bundle : bundles) {
      recordings
          .computeIfAbsent(bundle.manifest().recordingId(), id -> new ArrayList<>())
          .add(bundle);
    }
    List<WitnessFile> witnesses = options.witnesses(recordings.keySet());
    List<AnchorVerdict> verdicts = new ArrayList<>();
    recordings.forEach(
        (id, own) -> verdicts.add(new Judgement(id, own, witnesses, options).verdict(trusted)));
    return verdicts;
  }

  int exit() {
    int exit = ExitCode.OK;
    for (Verdict.Check check : checks) {
      exit = check.passed() ? exit : ExitCode.worst(exit, check.reason().exit());
    }
    return exit;
  }

  /** In one line. */
  String words() {
    return switch (state) {
      case NO_SEALS -> "no seals";
      case NOT_ANCHORED -> "self-consistent, not anchored";
      case REFUSED -> "REFUSED, and not anchored";
      case ANCHORED ->
        "anchored until %s (epoch %d of %d, seen by %s)"
            .formatted(WitnessLine.time(anchoredTs), anchoredEpoch, lastEpoch, seenBy);
    };
  }

  Json.Builder toJson() {
    boolean anchored = state == State.ANCHORED;
    return Json.object()
        .put("recording_id", recordingId)
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("words", words())
        .put("last_epoch", Json.ofNullable(lastEpoch < 0 ? null : lastEpoch))
        .put("anchored_epoch", Json.ofNullable(anchored ? anchoredEpoch : null))
        .put("anchored_ts_us", Json.ofNullable(anchored ? anchoredTs : null))
        .put("seen_by", anchored ? seenBy : null)
        .put("not_performed", Json.strings(notPerformed));
  }

  /** One recording, laid against its witnesses. */
  private static final class Judgement {
    private final String recordingId;
    private final List<SealedBundle> bundles;
    private final List<WitnessFile> witnesses;
    private final AnchorOptions options;
    private final List<Verdict.Check> checks = new ArrayList<>();
    private final List<String> notPerformed = new ArrayList<>();
    private @Nullable EpochSeal anchored;
    private String seenBy = "";
    private long contradictions;
    private long beyond = -1;
    private String beyondSeenBy = "";

    Judgement(
        String recordingId,
        List<SealedBundle> bundles,
        List<WitnessFile> witnesses,
        AnchorOptions options) {
      this.recordingId = recordingId;
      this.bundles = bundles;
      this.witnesses = witnesses;
      this.options = options;
    }

    AnchorVerdict verdict(TrustedKeys trusted) {
      List<SealChain.Part> parts = new ArrayList<>();
      for (SealedBundle bundle : bundles) {
        if (bundle.problem() != null) {
          fail(ReasonCode.SEAL_INVALID, "%s: %s".formatted(bundle.name(), bundle.problem()));
        } else if (bundle.isWithout()) {
          notPerformed.add("seals: none in %s; whoever controlled the node later could change it"
              .formatted(bundle.name()));
        } else {
          parts.add(bundle.part());
        }
      }
      SealChain chain = SealChain.judge(parts, trusted);
      checks.addAll(chain.checks());
      notPerformed.addAll(chain.notPerformed());
      if (parts.isEmpty()) {
        stripped();
      } else {
        spools();
        witnesses.forEach(witness -> lines(witness, chain));
        contradicted();
        truncated(parts, chain);
      }
      boolean refused = checks.stream()
          .anyMatch(check -> !check.passed() && check.reason().exit() == ExitCode.TAMPERED);
      EpochSeal last = refused ? null : anchored;
      requireAnchor(last);
      State state = refused
          ? State.REFUSED
          : last != null
              ? State.ANCHORED
              : chain.byEpoch().isEmpty() ? State.NO_SEALS : State.NOT_ANCHORED;
      return new AnchorVerdict(
          recordingId,
          state,
          chain.byEpoch().isEmpty() ? -1 : chain.byEpoch().lastKey(),
          last == null ? -1 : last.epoch(),
          last == null ? 0 : last.tsMicros(),
          seenBy,
          checks,
          notPerformed);
    }

    /** Somebody saw seals, and there are none. */
    private void stripped() {
      for (WitnessFile witness : witnesses) {
        if (witness.lines().stream().anyMatch(line -> line.recordingId().equals(recordingId))) {
          fail(
              ReasonCode.WITNESS_CONTRADICTS,
              "%s saw seals of this recording, and it has none: it was made again without, or somebody else wrote to the witness; keep both"
                  .formatted(witness.name()));
        }
      }
    }

    private void spools() {
      for (SealedBundle bundle : bundles) {
        if (bundle.seals().isEmpty()) {
          continue;
        }
        Path spool = options.spoolOf(bundle.file());
        if (spool != null) {
          checks.addAll(KeptSpool.compare(bundle, spool, notPerformed));
        } else {
          notPerformed.add(
              "rows of %s against the sealed heads: NOT CHECKED, the spool is not here; 'esnode record --keep-spool' leaves %s.spool, which verify finds or --spool names"
                  .formatted(bundle.name(), bundle.file().getFileName()));
        }
      }
    }

    private void lines(WitnessFile witness, SealChain chain) {
      if (witness.malformed() > 0) {
        notPerformed.add("%s: %d lines that begin as a seal and do not go on as one"
            .formatted(witness.name(), witness.malformed()));
      }
      if (witness.truncated()) {
        notPerformed.add("%s: what comes after %d lines about these recordings"
            .formatted(witness.name(), witness.lines().size()));
      }
      for (WitnessLine line : witness.lines()) {
        if (line.recordingId().equals(recordingId)) {
          line(witness.name(), line, chain);
        }
      }
    }

    private void line(String witness, WitnessLine line, SealChain chain) {
      EpochSeal seal = chain.byEpoch().get(line.epoch());
      if (seal == null) {
        if (!chain.byEpoch().isEmpty()
            && line.epoch() > chain.byEpoch().lastKey()
            && line.epoch() > beyond) {
          beyond = line.epoch();
          beyondSeenBy = witness;
        }
      } else if (!WitnessLine.of(seal).equals(line)) {
        if (contradictions++ < MAX_NAMED) {
          fail(
              ReasonCode.WITNESS_CONTRADICTS,
              "%s saw another seal of epoch %d, at %s: the recording was sealed again, or somebody else wrote to the witness; keep both"
                  .formatted(witness, line.epoch(), WitnessLine.time(line.tsMicros())));
        }
      } else if (anchored == null || seal.epoch() > anchored.epoch()) {
        anchored = seal;
        seenBy = witness;
      }
    }

    private void contradicted() {
      if (contradictions > MAX_NAMED) {
        fail(ReasonCode.WITNESS_CONTRADICTS, "and %d more".formatted(contradictions - MAX_NAMED));
      } else if (contradictions == 0 && anchored != null) {
        checks.add(new Verdict.Check(
            ReasonCode.WITNESS_CONTRADICTS,
            true,
            "witness: nothing that was seen contradicts the seals"));
      }
    }

    /** Whether a witness saw more than there is. */
    private void truncated(List<SealChain.Part> parts, SealChain chain) {
      if (beyond < 0) {
        return;
      }
      EpochSeal last = chain.byEpoch().lastEntry().getValue();
      String seen = "%s saw the seal of epoch %d".formatted(beyondSeenBy, beyond);
      boolean lost = parts.stream()
          .filter(part -> part.seals().contains(last))
          .allMatch(part -> part.ending() != SealChain.Ending.OF_SEGMENT);
      if (last.reason() == EpochSeal.Reason.END) {
        fail(
            ReasonCode.WITNESS_CONTRADICTS,
            "%s, and the recording says that it ended with epoch %d: its end was sealed again, or somebody else wrote to the witness; keep both"
                .formatted(seen, last.epoch()));
      } else if (lost) {
        fail(
            ReasonCode.SEAL_MISSING,
            "%s, and there is nothing after epoch %d: the end was lost, or taken out"
                .formatted(seen, last.epoch()));
      } else {
        notPerformed.add(
            "%s: what comes after epoch %d was not given".formatted(seen, last.epoch()));
      }
    }

    private void requireAnchor(@Nullable EpochSeal last) {
      Duration most = options.requireAnchor();
      if (most == null) {
        return;
      }
      long end = bundles.stream().mapToLong(b -> b.manifest().endTs()).max().orElse(0);
      Duration open = last == null ? null : Duration.ofNanos(1000 * (end - last.tsMicros()));
      boolean enough = open != null && open.compareTo(most) <= 0;
      checks.add(new Verdict.Check(
          ReasonCode.NOT_ANCHORED,
          enough,
          last == null
              ? "anchor: no witness saw a seal of this recording"
              : "anchor: the evidence ends at %s, a witness saw the seal of %s"
                  .formatted(WitnessLine.time(end), WitnessLine.time(last.tsMicros()))));
    }

    private void fail(ReasonCode reason, String message) {
      checks.add(new Verdict.Check(reason, false, message));
    }
  }
}
