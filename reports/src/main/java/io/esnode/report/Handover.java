package io.esnode.report;

/**
 * One entry of a custody log, as whoever verified it says it. The texts are somebody's words, and are escaped on their way into a page.
 *
 * @param artefact name of the file that changed hands
 * @param at RFC 3339, empty where the entry could not be read
 * @param actor who has it from then on
 * @param purpose what for, from whom, by whose leave
 * @param match whether what arrived is what was handed over, in words
 * @param trust who stands behind the entry, in words
 */
public record Handover(
    String artefact, String at, String actor, String purpose, String match, String trust) {}
