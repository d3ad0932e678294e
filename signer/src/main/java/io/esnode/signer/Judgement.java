package io.esnode.signer;

import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who knows more than keys found in a sidecar. Immutable, thread-safe.
 *
 * @param checks performed, in order
 * @param notPerformed what was there and was not checked, each with the reason
 * @param signer who signed, null if that is not shown
 * @param time at which the signature existed, null if that is not shown
 */
public record Judgement(
    List<Verdict.Check> checks,
    List<String> notPerformed,
    Verdict.@Nullable SignerIdentity signer,
    @Nullable TrustedTime time) {
  public Judgement {
    checks = List.copyOf(checks);
    notPerformed = List.copyOf(notPerformed);
  }
}
