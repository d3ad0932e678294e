package io.esnode.cli;

import io.esnode.policy.Artefact;
import io.esnode.policy.ClockError;
import io.esnode.policy.Completeness;
import io.esnode.policy.PolicyResult;
import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarListing;
import io.esnode.signature.Verdict;
import io.esnode.signer.RowSelection;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.TrustedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code verify}: files in, answers out in the same order, several at once. Of a file that was answered nothing is
 * kept but its place in its stream and its seals.
 *
 * @param digest of the only file, which is not read then; null where files are read
 * @param rows which alone are read; null for whole files
 * @param policy null without one
 * @param besides what is looked at beside whole files
 */
record Verification(
    SidecarVerifier verifier,
    TrustedKeys trusted,
    AnchorOptions anchor,
    @Nullable String digest,
    @Nullable RowSelection rows,
    @Nullable PolicyFile policy,
    Besides besides) {
  private static final int MAX_THREADS = 16;

  /** Returns the exit status. */
  int run(List<Path> files, List<VerifyOutput> outputs) {
    Run run = new Run(outputs);
    SidecarListing sidecars = new SidecarListing();
    int threads =
        Math.min(Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()), files.size());
    outputs.forEach(VerifyOutput::begin);
    new InOrder(Math.max(1, threads)).each(files, file -> verify(file, sidecars), run::take);
    run.streams();
    run.seals();
    outputs.forEach(output -> output.end(run.exit));
    return run.exit;
  }

  private VerifiedFile verify(Path file, SidecarListing sidecars) {
    if (digest != null) {
      return judged(file, verifier.verifyDigest(file, digest, sidecars), null, List.of());
    }
    if (rows != null) {
      return judged(file, verifier.verifyRows(file, rows, sidecars), null, List.of());
    }
    Verdict verdict = verifier.verify(file, sidecars);
    SealedBundle bundle = SealedBundle.of(file, verdict);
    return judged(
        file,
        bundle == null ? verdict : verdict.performed(SidecarVerifier.NO_WITNESS),
        bundle,
        besides.of(file, verdict));
  }

  private VerifiedFile judged(
      Path file, Verdict found, @Nullable SealedBundle bundle, List<Section> sections) {
    Verdict verdict = found;
    Artefact artefact = Artefact.of(
        verdict,
        () -> bundle == null
            ? new ClockError(null, "rows that were not verified as a whole")
            : ClockError.read(file));
    StreamVerdict.Place place = rows == null ? StreamVerdict.place(verdict) : null;
    List<PolicyResult> results = new ArrayList<>();
    if (policy != null) {
      verdict = verdict.performed(SidecarVerifier.NO_POLICY);
      if (verdict.signer() == null && verdict.exit() != ExitCode.OK) {
        verdict =
            verdict.skipped("policy: nothing whose signature holds, so there is nothing to judge");
      } else {
        results.addAll(policy.judge().judge(artefact));
        if (artefact.manifest() != null) {
          results.addAll(policy.judge().judgeAlone(verdict.name(), place != null, bundle != null));
        }
      }
    }
    return new VerifiedFile(
        verdict,
        rows == null ? null : rows.text(),
        bundle,
        place,
        artefact.manifest() == null ? null : Completeness.of(artefact.manifest()),
        results,
        sections);
  }

  /** What becomes known while files are answered. */
  private final class Run {
    private final List<VerifyOutput> outputs;
    private final List<StreamVerdict.Place> places = new ArrayList<>();
    private final List<SealedBundle> bundles = new ArrayList<>();
    private int exit = ExitCode.OK;

    Run(List<VerifyOutput> outputs) {
      this.outputs = outputs;
    }

    void take(VerifiedFile file) {
      exit = ExitCode.worst(exit, file.exit());
      if (file.place() != null) {
        places.add(file.place());
      }
      if (file.bundle() != null) {
        bundles.add(file.bundle());
      }
      outputs.forEach(output -> output.file(file));
    }

    void streams() {
      int least = policy != null && policy.judge().judgesStreams() ? 1 : 2;
      for (StreamVerdict stream : StreamVerdict.of(places, least)) {
        take(VerifiedGroup.of(
            stream,
            policy == null
                ? List.of()
                : policy
                    .judge()
                    .judgeStream(
                        stream.files(),
                        stream.first(),
                        stream.last(),
                        stream.exit() == ExitCode.OK)));
      }
    }

    void seals() {
      for (AnchorVerdict recording : AnchorVerdict.of(bundles, trusted, anchor)) {
        List<SealedBundle> own = bundles.stream()
            .filter(bundle -> bundle.manifest().recordingId().equals(recording.recordingId()))
            .toList();
        take(VerifiedGroup.of(
            recording,
            policy == null
                ? List.of()
                : policy
                    .judge()
                    .judgeAnchor(
                        own.stream().map(SealedBundle::name).toList(), open(recording, own))));
      }
    }

    private void take(VerifiedGroup group) {
      exit = ExitCode.worst(exit, group.exit());
      outputs.forEach(output -> output.group(group));
    }

    /** How long the evidence goes on after the last seal that a witness saw. */
    private @Nullable Duration open(AnchorVerdict recording, List<SealedBundle> own) {
      long end = own.stream().mapToLong(b -> b.manifest().endTs()).max().orElse(0);
      return recording.state() == AnchorVerdict.State.ANCHORED
          ? Duration.ofNanos(1000 * (end - recording.anchoredTs()))
          : null;
    }
  }
}
