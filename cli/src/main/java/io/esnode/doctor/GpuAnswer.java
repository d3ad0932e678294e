package io.esnode.doctor;

import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a capture process said in the time it was given. Thread-safe. */
public final class GpuAnswer {
  private final Map<String, String> process = new TreeMap<>();
  private final Map<Integer, Message.Gpu> gpus = new TreeMap<>();
  private final Map<List<Integer>, List<Message.Absence>> absences = new HashMap<>();
  private final Map<Integer, Long> ticks = new TreeMap<>();
  private Message.@Nullable Session session;
  private Message.@Nullable Alive alive;
  private @Nullable String failure;

  synchronized void add(Message message) {
    if (message instanceof Message.Hello hello) {
      process.putAll(hello.facts());
    } else if (message instanceof Message.Session begun) {
      session = begun;
    } else if (message instanceof Message.Gpu gpu) {
      gpus.merge(gpu.gpu(), gpu, GpuAnswer::both);
    } else if (message instanceof Message.Absences lacking) {
      absences.put(List.of(lacking.gpu(), lacking.table()), lacking.absences());
    } else if (message instanceof Message.Rows rows) {
      ticks.merge(rows.gpu(), 1L, Long::sum);
    } else if (message instanceof Message.Alive tick) {
      alive = tick;
    }
  }

  private static Message.Gpu both(Message.Gpu before, Message.Gpu now) {
    Map<String, String> facts = new TreeMap<>(before.facts());
    facts.putAll(now.facts());
    return new Message.Gpu(now.gpu(), now.entity(), facts);
  }

  /** It ended, or was ended, before it had said everything. */
  synchronized void failed(String reason) {
    failure = reason;
  }

  @Nullable
  synchronized String failure() {
    return failure;
  }

  synchronized Map<String, String> process() {
    return Map.copyOf(process);
  }

  synchronized Message.@Nullable Session session() {
    return session;
  }

  synchronized List<Message.Gpu> gpus() {
    return List.copyOf(gpus.values());
  }

  synchronized boolean answered(int gpu) {
    return ticks.containsKey(gpu);
  }

  /** Whether every GPU has been asked everything once: tick 0, at which all tables are due, is over. */
  synchronized boolean complete() {
    Message.Session begun = session;
    if (begun == null) {
      return false;
    }
    Message.Alive tick = alive;
    boolean everyTable = tick != null && tick.tick() > 0 && gpus.size() >= tick.gpus();
    return begun.initReturn() != NvmlReturn.SUCCESS
        || (everyTable && ticks.keySet().containsAll(gpus.keySet()));
  }

  /** Everything one GPU did not answer. */
  synchronized List<Message.Absence> absences(int gpu) {
    List<Message.Absence> all = new ArrayList<>();
    absences.forEach((place, lacking) -> {
      if (place.get(0) == gpu) {
        all.addAll(lacking);
      }
    });
    return all;
  }
}
