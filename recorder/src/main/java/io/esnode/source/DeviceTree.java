package io.esnode.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Knows how the kernel lays out one kind of devices in sysfs. */
interface DeviceTree {
  /** Directories with an entry per device, or per group of devices: one that comes or goes changes their listing. */
  List<Path> roots();

  /**
   * Finds the entities of an entry and the files that have their values. An entry that is none of this kind is passed over.
   *
   * @param entry of one of the roots
   */
  void find(Path entry, Finding into) throws IOException;

  /** What none was found of, e.g. {@code memory controllers}. */
  String what();
}
