package dev.reprise.identity;

import java.util.Objects;

/**
 * The value of one job parameter, and whether it belongs to the identity of the run (contract.md §2.1).
 *
 * @param value the literal text, never null; {@code 7} and {@code 007} are two values (§2.2)
 * @param identifying whether a run with another value is another job instance
 * @param secret whether nobody but the job may see the value; it never identifies then
 */
public record JobParameter(String value, boolean identifying, boolean secret) {

    /** What is shown in the place of a secret, however long that is. */
    public static final String MASK = "••••••";

    public JobParameter {
        Objects.requireNonNull(value, "value");
        if (secret && identifying) {
            throw new IllegalArgumentException("a secret parameter does not identify");
        }
    }

    /** One that is no secret. */
    public JobParameter(String value, boolean identifying) {
        this(value, identifying, false);
    }

    /** The value as people may see it. */
    public String shown() {
        return secret ? MASK : value;
    }

    @Override
    public String toString() {
        return shown() + (identifying ? " (identifying)" : "");
    }
}
