package io.esnode.doctor;

import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a capture process said in the time it was given. Thread-safe. */
public final class GpuAnswer {
  /** Ticks of a session after which a GPU would have been named. */
  private static final int ENOUGH_TICKS = 8;

  private final Map<String, String> process = new TreeMap<>();
  private final Map<Integer, Message.Gpu> gpus = new TreeMap<>();
  private final Map<List<Integer>, List<Message.Absence>> absences = new HashMap<>();
  private final Map<Integer, Set<Long>> ticks = new HashMap<>();
  private Message.@Nullable Session session;
  private Message.@Nullable Alive alive;
  private int ticksWithoutGpu;
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
      ticks.computeIfAbsent(rows.gpu(), gpu -> new HashSet<>()).add(rows.tick());
    } else if (message instanceof Message.Alive tick) {
      alive = tick;
      ticksWithoutGpu += session != null && tick.gpus() == 0 ? 1 : 0;
    }
  }

  private static Message.Gpu both(Message.Gpu before, Message.Gpu now) {
    Map<String, String> facts = new TreeMap<>(before.facts());
    facts.putAll(now.facts());
    return new Message.Gpu(now.gpu(), now.entity(), facts);
  }

  /** It ended, or was ended, before it had said everything. The first reason counts: what is ended also ends early. */
  synchronized void failed(String reason) {
    if (failure == null) {
      failure = reason;
    }
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

  /** Whether every GPU has been asked everything once: what is asked of it first is over when its next tick is. */
  synchronized boolean complete() {
    Message.Session begun = session;
    Message.Alive now = alive;
    if (begun != null && begun.initReturn() != NvmlReturn.SUCCESS) {
      return true;
    }
    if (begun == null || now == null) {
      return false;
    }
    if (now.gpus() == 0) {
      return ticksWithoutGpu >= ENOUGH_TICKS;
    }
    return gpus.size() >= now.gpus()
        && gpus.keySet().stream()
            .allMatch(gpu -> ticks.getOrDefault(gpu, Set.of()).size() > 1 || isRefused(gpu));
  }

  /** Whether a table is absent as a whole: of a lost GPU no tick comes. */
  private boolean isRefused(int gpu) {
    return absences(gpu).stream().anyMatch(absence -> absence.metric().indexOf('.') < 0);
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
