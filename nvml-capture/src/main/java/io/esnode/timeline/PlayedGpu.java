package io.esnode.timeline;

import io.esnode.timeline.TimelineParser.Account;
import io.esnode.timeline.TimelineParser.Instance;
import io.esnode.timeline.TimelineParser.RetiredPage;
import io.esnode.timeline.TimelineParser.Tenant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One GPU of a timeline, with what belongs to it. Immutable. */
final class PlayedGpu {
  private static final Comparator<Instance> ORDER = Comparator.comparingInt(
          (Instance instance) -> instance.target().gpuInstance())
      .thenComparingInt(instance -> instance.target().computeInstance())
      .thenComparingLong(Instance::fromMs);

  final int index;
  final Subject subject;
  /** By GPU instance, compute instance, and time. */
  final List<Instance> instances = new ArrayList<>();

  final List<Tenant> tenants = new ArrayList<>();
  final List<Account> accounts = new ArrayList<>();
  final List<RetiredPage> retiredPages = new ArrayList<>();

  private final Timeline timeline;
  private final long epochMicros;
  private final Map<String, String> identity = new HashMap<>();

  PlayedGpu(Timeline timeline, int index) {
    this.timeline = timeline;
    this.index = index;
    epochMicros = timeline.epochMicros();
    subject = timeline.subject(Target.gpu(index));
    timeline.instances().stream().filter(i -> i.target().gpu() == index).forEach(instances::add);
    timeline.tenants().stream().filter(t -> t.target().gpu() == index).forEach(tenants::add);
    timeline.accounts().stream().filter(a -> a.gpu() == index).forEach(accounts::add);
    timeline.retiredPages().stream().filter(r -> r.gpu() == index).forEach(retiredPages::add);
    instances.sort(ORDER);
    for (String key : Vocabulary.NUMBERS) {
      timeline.gpu(index, key).ifPresent(text -> identity.put(key, text));
    }
    for (String key : Vocabulary.TEXTS) {
      timeline.gpu(index, key).ifPresent(text -> identity.put(key, text));
    }
  }

  /** An identity; null where the GPU does not tell. */
  @Nullable
  String text(String key) {
    return identity.get(key);
  }

  boolean isPlugged(long ms) {
    return timeline.isPlugged(index, ms);
  }

  int generation(long ms) {
    return timeline.generation(index, ms);
  }

  /** The time stamp NVML gives a moment, µs since 1970. */
  long stampMicros(long ms) {
    return epochMicros + ms * 1000 + timeline.skewMicros(index, ms);
  }

  static boolean lives(Instance instance, long ms) {
    return instance.fromMs() <= ms && ms < instance.toMs();
  }

  boolean hasLivingInstance(long ms) {
    for (Instance instance : instances) {
      if (lives(instance, ms)) {
        return true;
      }
    }
    return false;
  }
}
