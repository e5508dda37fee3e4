package dev.reprise.identity;

import java.util.Objects;

/**
 * The value of one job parameter, and whether it belongs to the identity of the run (semantics.md §2.1).
 *
 * @param value the literal text, never null; {@code 7} and {@code 007} are two values (§2.2)
 * @param identifying whether a run with another value is another job instance
 */
public record JobParameter(String value, boolean identifying) {

    public JobParameter {
        Objects.requireNonNull(value, "value");
    }
}
