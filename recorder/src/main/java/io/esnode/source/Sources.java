package io.esnode.source;

import java.nio.file.Path;
import java.util.List;

/**
 * The sources that exist on this host.
 *
 * @param sources in the order in which they are sampled; the caller closes them
 * @param missing what this kernel does not offer, known from the start; none of it is tried again
 */
public record Sources(List<Source> sources, List<Failure> missing) {
    public Sources {
        sources = List.copyOf(sources);
        missing = List.copyOf(missing);
    }

    /**
     * Opens the kernel's files.
     *
     * @param proc usually {@code /proc}
     * @param sys usually {@code /sys}
     */
    public static Sources host(Path proc, Path sys) {
        return new Sources(List.of(), List.of());
    }
}
