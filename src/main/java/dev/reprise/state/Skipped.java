package dev.reprise.state;

import java.util.Set;

/**
 * What an execution did not run because earlier ones of its instance had completed it.
 *
 * @param complete the steps that were complete before it
 * @param past those of them that it went past for certain, because they come before all that ran
 */
public record Skipped(Set<String> complete, Set<String> past) {

    /** Of the first execution of an instance. */
    public static final Skipped NOTHING = new Skipped(Set.of(), Set.of());

    public Skipped {
        complete = Set.copyOf(complete);
        past = Set.copyOf(past);
    }
}
