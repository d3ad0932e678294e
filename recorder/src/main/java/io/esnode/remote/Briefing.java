package io.esnode.remote;

import io.esnode.child.ListenedProcess;
import java.io.IOException;
import java.time.Duration;

/** What a process is told: its orders, and later a token that has rotated. Not thread-safe. */
final class Briefing {
  private final RemoteChoice choice;
  private final Duration look;
  private long tokenDue = System.nanoTime();
  private String token = "";

  /** @param look from look to look at the token's file */
  Briefing(RemoteChoice choice, Duration look) {
    this.choice = choice;
    this.look = look;
  }

  /** The first line, with the secrets as their files have them now. */
  String orders() throws IOException {
    RemoteChoice.Cluster cluster = choice.cluster();
    Orders.Cluster asked = null;
    if (cluster != null) {
      token = Secrets.token(cluster.tokenFile());
      asked =
          new Orders.Cluster(cluster.api(), cluster.node(), Secrets.ca(cluster.caFile()), token);
    }
    tokenDue = System.nanoTime() + look.toNanos();
    return new Orders(choice.endpoints(), choice.interval(), choice.series(), asked).line();
  }

  /** {@link System#nanoTime} of the next look. */
  long tokenDue() {
    return tokenDue;
  }

  /** Tells the process where the token is another one by now. */
  void lookAtToken(ListenedProcess process) {
    if (System.nanoTime() - tokenDue < 0) {
      return;
    }
    tokenDue = System.nanoTime() + look.toNanos();
    RemoteChoice.Cluster cluster = choice.cluster();
    if (cluster == null) {
      return;
    }
    try {
      String now = Secrets.token(cluster.tokenFile());
      if (!now.equals(token)) {
        process.tell(Orders.tokenLine(now));
        token = now;
      }
    } catch (IOException e) {
      // Refused with the token it has, the process says so itself; this is looked at again.
      return;
    }
  }
}
