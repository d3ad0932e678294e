package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Sensors of chips that have a driver (Documentation/hwmon/sysfs-interface.rst) and thermal zones. A chip is named by its
 * driver and its device, because the number in {@code hwmon3} is another at every boot; a sensor by its label, and by its file
 * where there is no label or two sensors of the chip have the same. Limits of a temperature are read when it is found.
 */
final class SensorTree implements DeviceTree {
  private static final Pattern INPUT =
      Pattern.compile("(temp|in|curr|power|energy|fan)([0-9]+)_(input|average)");

  private static final Pattern ZONE = Pattern.compile("thermal_zone([0-9]+)");

  /**
   * A file with a value.
   *
   * @param name e.g. {@code temp1}
   * @param kind e.g. {@code temp}
   */
  private record Input(String name, String kind, Path path) {}

  private final Path chips;
  private final Path zones;
  private final int[] columns;
  private final Map<String, Integer> quantities;
  private final Map<String, Integer> flags;
  private final Map<String, Integer> limits;

  SensorTree(Table sensor, Path sys) {
    chips = sys.resolve("class/hwmon");
    zones = sys.resolve("class/thermal");
    columns = IntStream.range(0, sensor.columns().size()).toArray();
    quantities = Map.of(
        "temp", sensor.indexOf("temperature_mc"),
        "in", sensor.indexOf("voltage_mv"),
        "curr", sensor.indexOf("current_ma"),
        "power", sensor.indexOf("power_uw"),
        "energy", sensor.indexOf("energy_uj"),
        "fan", sensor.indexOf("fan_rpm"));
    flags = Map.of(
        "_alarm", sensor.indexOf("alarm"),
        "_max_alarm", sensor.indexOf("max_alarm"),
        "_crit_alarm", sensor.indexOf("crit_alarm"),
        "_fault", sensor.indexOf("fault"));
    limits = Map.of(
        "_max", sensor.indexOf("temperature_max_mc"),
        "_crit", sensor.indexOf("temperature_crit_mc"));
  }

  @Override
  public List<Path> roots() {
    return List.of(chips, zones);
  }

  @Override
  public String what() {
    return "sensors of hwmon and thermal zones";
  }

  @Override
  public void find(Path entry, Finding into) throws IOException {
    Matcher zone = ZONE.matcher(Sysfs.last(entry));
    if (chips.equals(entry.getParent())) {
      chip(entry.toRealPath(), into);
    } else if (zone.matches()) {
      zone(entry.toRealPath(), zone.group(1), into);
    }
  }

  private void zone(Path directory, String number, Finding into) throws IOException {
    String type = Sysfs.name(Sysfs.line(directory.resolve("type")));
    Attributes zone = into.entity("sensor:thermal_zone:%s/%s".formatted(type, number));
    zone.without(columns);
    value(zone, new Input("temp", "temp", directory.resolve("temp")));
  }

  private void chip(Path directory, Finding into) throws IOException {
    Path device = directory.resolve("device");
    boolean behind = Files.exists(device);
    boolean old = behind && !Files.exists(directory.resolve("name"));
    Path files = old ? device.toRealPath() : directory;
    String driver = Sysfs.line(files.resolve("name"));
    String chip = behind ? driver + "-" + Sysfs.last(device.toRealPath()) : driver;
    Map<Input, String> labels = labels(files);
    for (Map.Entry<Input, String> sensor : labels.entrySet()) {
      String label = sensor.getValue();
      boolean ambiguous = Collections.frequency(labels.values(), label) > 1;
      String own = ambiguous ? label + ":" + sensor.getKey().name() : label;
      Attributes entity =
          into.entity("sensor:hwmon:%s/%s".formatted(Sysfs.name(chip), Sysfs.name(own)));
      sensor(entity, files, sensor.getKey());
    }
  }

  /** The sensors of a chip; of a power meter that has both, the value of now and not the average. */
  private static Map<Input, String> labels(Path files) throws IOException {
    Map<String, Input> inputs = new TreeMap<>();
    for (Path file : Sysfs.list(files)) {
      Matcher input = INPUT.matcher(Sysfs.last(file));
      if (input.matches()) {
        String name = input.group(1) + input.group(2);
        if (input.group(3).equals("input")) {
          inputs.put(name, new Input(name, input.group(1), file));
        } else {
          inputs.putIfAbsent(name, new Input(name, input.group(1), file));
        }
      }
    }
    Map<Input, String> labels = new LinkedHashMap<>();
    for (Input input : inputs.values()) {
      Path label = files.resolve(input.name() + "_label");
      String text = Files.exists(label) ? Sysfs.line(label) : "";
      labels.put(input, text.isEmpty() ? input.name() : text);
    }
    return labels;
  }

  private void sensor(Attributes entity, Path files, Input input) {
    entity.without(columns);
    value(entity, input);
    flags.forEach((suffix, column) -> {
      String name = input.name() + suffix;
      entity.addIfThere(files, new Attributes.File(name, Attribute.number(name, column)));
    });
    limits.forEach((suffix, column) -> {
      Path limit = files.resolve(input.name() + suffix);
      if (input.kind().equals("temp") && Files.exists(limit)) {
        entity.once(limit, Attribute.signed(Sysfs.last(limit), column));
      }
    });
  }

  private void value(Attributes entity, Input input) {
    Integer column = quantities.get(input.kind());
    if (column != null) {
      entity.add(input.path(), Attribute.signed(Sysfs.last(input.path()), column));
    }
  }
}
