package io.esnode.cli;

import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarVerifier;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What lies beside a file that could be read: what it was made from, what else is said about it, who had it. Thread-safe.
 *
 * @param materials where inputs are; where empty, beside the file
 * @param verifier of inputs
 */
record Besides(
    TrustOptions trust, Home home, List<Path> materials, SidecarVerifier verifier, Instant now) {
  List<Section> of(Path file, Verdict verdict) {
    List<Section> sections = new ArrayList<>();
    if (verdict.sha256() != null) {
      Inputs.of(file, verdict, materials, verifier).ifPresent(sections::add);
      Attestations.of(file, verdict, type -> trust.verifier(home, Set.of(type), now))
          .ifPresent(sections::add);
      CustodyText.section(file, verdict, CustodyText.verifier(trust, home, now))
          .ifPresent(sections::add);
    }
    return sections;
  }
}
