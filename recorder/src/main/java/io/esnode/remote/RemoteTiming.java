package io.esnode.remote;

import java.time.Duration;

/**
 * How long the process that speaks HTTP is waited for.
 *
 * @param silence without a sign of life until it is ended
 * @param quit from the request to end until it is killed
 * @param kill from then until it is given up
 * @param firstBackOff until a process that died is replaced; doubles up to {@code lastBackOff}
 * @param tokenLook from look to look at the token's file
 */
public record RemoteTiming(
    Duration silence,
    Duration quit,
    Duration kill,
    Duration firstBackOff,
    Duration lastBackOff,
    Duration tokenLook) {
  /** For a recording; a kubelet renews tokens at 80 % of their hour. */
  public static final RemoteTiming DEFAULT = new RemoteTiming(
      Duration.ofSeconds(30),
      Duration.ofMillis(300),
      Duration.ofMillis(300),
      Duration.ofSeconds(1),
      Duration.ofSeconds(60),
      Duration.ofSeconds(30));
}
