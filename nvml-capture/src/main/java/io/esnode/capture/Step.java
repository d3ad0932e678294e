package io.esnode.capture;

import java.io.IOException;

/** A part of a tick. Runs again from its beginning when a player's call in it had not come back. */
interface Step {
  void run() throws IOException;
}
