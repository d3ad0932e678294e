package io.esnode.gpu;

/**
 * What became of a request about the GPUs' devices.
 *
 * @param done whether it was done: no process of this recorder holds the devices any more
 * @param childPid of the capture process that held them, 0 where none ran
 * @param tookNanos from the request
 * @param detail in words
 */
public record Released(boolean done, long childPid, long tookNanos, String detail) {}
