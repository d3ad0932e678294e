package io.esnode.timeline;

/**
 * A Kubernetes event, a row of table event.
 *
 * @param atMs when, in ms since the start of the recording
 * @param text may be empty
 */
public record KubernetesRecord(long atMs, String entity, String reason, String text) {}
