package io.esnode.cli;

import java.security.SecureRandom;
import java.util.UUID;

/** Makes UUIDs of version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, the rest random. */
final class Uuid7 {
  private Uuid7() {}

  static String make(long unixMillis) {
    SecureRandom random = new SecureRandom();
    long high = (unixMillis << 16) | 0x7000 | random.nextInt(1 << 12);
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
