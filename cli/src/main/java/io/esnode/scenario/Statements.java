package io.esnode.scenario;

/** The text of a timeline as it grows; see {@code docs/format/timeline.md}. Not thread-safe. */
final class Statements {
  private final StringBuilder text = new StringBuilder(1 << 16).append("esnode.timeline/1\n");

  Statements line(String statement) {
    text.append(statement).append('\n');
    return this;
  }

  void set(long t, int gpu, String key, long value) {
    text.append("set ").append(t).append(' ').append(gpu).append(' ').append(key);
    text.append(' ').append(value).append('\n');
  }

  void field(long t, int gpu, String name, long value) {
    text.append("field ").append(t).append(' ').append(gpu).append(' ').append(name);
    text.append(' ').append(Long.toUnsignedString(value)).append('\n');
  }

  /** A field that may be negative. */
  void signed(long t, int gpu, String name, long value) {
    text.append("field ").append(t).append(' ').append(gpu).append(' ').append(name);
    text.append(' ').append(value).append('\n');
  }

  void returns(long t, String gpu, String function, int code) {
    line("ret %d %s %s %d".formatted(t, gpu, function, code));
  }

  void kernel(long t, int priority, String message) {
    line("kmsg %d %d %s".formatted(t, priority, message));
  }

  void event(long t, int gpu, int type, long data, int gpuInstance, int computeInstance) {
    String instance = gpuInstance < 0 ? "" : " %d %d".formatted(gpuInstance, computeInstance);
    line("event %d %d 0x%s %d%s".formatted(t, gpu, Integer.toHexString(type), data, instance));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
