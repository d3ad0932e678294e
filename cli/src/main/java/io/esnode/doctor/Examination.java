package io.esnode.doctor;

import io.esnode.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that was looked at.
 *
 * @param simulated whether the GPUs are those of a library that was named, not the system's own
 */
public record Examination(boolean simulated, List<Check> checks) {
  public Examination {
    checks = List.copyOf(checks);
  }

  /**
   * Looks.
   *
   * @param out where a recording would be written
   * @param gpus asks NVML; called only where there is one to ask
   * @param simulated whether it asks another library than the system's own
   */
  public static Examination of(
      Machine machine, Path out, Path nodeKey, Path siteKey, GpuQuestion gpus, boolean simulated) {
    DriverChecks driver = new DriverChecks(machine);
    List<Check> checks = new ArrayList<>(new HostChecks(machine).all());
    checks.add(HostChecks.disk(out));
    checks.addAll(StateChecks.of(nodeKey, siteKey));
    checks.add(Privileges.of(machine).check(driver.hasGpu() || simulated));
    if (!simulated) {
      checks.addAll(driver.all());
    }
    if (simulated || driver.hasGpu()) {
      checks.addAll(new GpuChecks(gpus.ask()).all());
    }
    return new Examination(simulated, checks);
  }

  /** Checks in that state. */
  public long count(Check.State state) {
    return checks.stream().filter(check -> check.state() == state).count();
  }

  /** Schema {@code esnode.doctor/1}. */
  public Json.Obj toJson() {
    List<Json> list = new ArrayList<>();
    for (Check check : checks) {
      list.add(Json.object()
          .put("item", check.item())
          .put("state", check.state().word())
          .put("found", check.found())
          .put("remedy", check.remedy())
          .build());
    }
    Json.Builder counts = Json.object();
    for (Check.State state : Check.State.values()) {
      counts.put(state.word(), count(state));
    }
    return Json.object()
        .put("schema", "esnode.doctor/1")
        .put("simulated", simulated)
        .put("counts", counts.build())
        .put("checks", Json.array(list))
        .build();
  }
}
