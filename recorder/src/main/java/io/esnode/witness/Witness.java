package io.esnode.witness;

import java.io.IOException;

/** Takes lines and keeps them where the node cannot change them. May block: it has a thread of its own. */
public interface Witness {
  /** What kind, for rows: no path and no host. */
  String kind();

  /** Which one, for the user. */
  String name();

  /** What it means that {@link #tell} returned. */
  String acknowledgement();

  /** Hands one line over; told again after a failure, so that a line may stand there twice. */
  void tell(String line) throws IOException;
}
