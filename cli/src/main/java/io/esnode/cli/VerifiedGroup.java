package io.esnode.cli;

import io.esnode.policy.PolicyResult;
import io.esnode.signature.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can only be said of several files together.
 *
 * @param stream of the bundles of one stream; null where it is about seals
 * @param anchor of the bundles of one recording; null where it is about a stream
 */
record VerifiedGroup(
    @Nullable StreamVerdict stream, @Nullable AnchorVerdict anchor, List<PolicyResult> policy) {
  VerifiedGroup {
    policy = List.copyOf(policy);
  }

  static VerifiedGroup of(StreamVerdict stream, List<PolicyResult> policy) {
    return new VerifiedGroup(stream, null, policy);
  }

  static VerifiedGroup of(AnchorVerdict anchor, List<PolicyResult> policy) {
    return new VerifiedGroup(null, anchor, policy);
  }

  /** For people, in one line. */
  String title() {
    if (stream != null) {
      return "STREAM %s: %d bundles".formatted(stream.id(), stream.bundles());
    }
    return anchor == null
        ? ""
        : "SEALS of recording %s: %s".formatted(anchor.recordingId(), anchor.words());
  }

  List<Verdict.Check> checks() {
    if (stream != null) {
      return stream.checks();
    }
    return anchor == null ? List.of() : anchor.checks();
  }

  List<String> notPerformed() {
    if (stream != null) {
      return List.of(stream.notPerformed());
    }
    return anchor == null ? List.of() : anchor.notPerformed();
  }

  int exit() {
    int own = stream != null ? stream.exit() : anchor == null ? 0 : anchor.exit();
    return VerifiedFile.worst(own, policy);
  }
}
