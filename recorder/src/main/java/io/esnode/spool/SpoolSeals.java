package io.esnode.spool;

import io.esnode.seal.EpochSeal;
import org.jspecify.annotations.Nullable;

/** Seals a spool while it is written. The thread that writes asks; every method returns soon. */
public interface SpoolSeals {
  /** Nothing is sealed. */
  SpoolSeals NONE = new SpoolSeals() {
    @Override
    public boolean due() {
      return false;
    }

    @Override
    public @Nullable EpochSeal seal(
        EpochSeal.Reason reason, long segment, long offsetBytes, String headSha256) {
      return null;
    }

    @Override
    public void durable(EpochSeal seal) {}
  };

  /** Whether an epoch's time is over. */
  boolean due();

  /**
   * Ends an epoch; when this returns, its key is gone.
   *
   * @param headSha256 of the first so many bytes of that segment
   * @return null where nothing is sealed, or not any more
   */
  @Nullable
  EpochSeal seal(EpochSeal.Reason reason, long segment, long offsetBytes, String headSha256);

  /** A seal has reached the disk, and all that it covers with it. */
  void durable(EpochSeal seal);
}
