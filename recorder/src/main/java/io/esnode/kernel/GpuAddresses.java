package io.esnode.kernel;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which GPU is where: the kernel log names PCI addresses, everything else UUIDs. Thread-safe. */
public final class GpuAddresses {
  private final Map<String, String> uuids = new ConcurrentHashMap<>();

  /**
   * Learns one GPU; the latest word counts.
   *
   * @param pci with or without function, either case; what is no address is ignored
   */
  public void put(String pci, String uuid) {
    String address = PciAddress.of(pci);
    if (address != null) {
      uuids.put(address, uuid);
    }
  }

  /** Of an address in any form. */
  public Optional<String> uuid(String pci) {
    String address = PciAddress.of(pci);
    return address == null ? Optional.empty() : Optional.ofNullable(uuids.get(address));
  }
}
