package dev.reprise.job;

/**
 * One thing that is not in a job's definition as it was.
 *
 * @param harmful whether a restart could repeat, lose or skip work because of it
 * @param text what changed, with the lines before and now, as a person reads it: one line
 */
public record DefinitionChange(boolean harmful, String text) {}
