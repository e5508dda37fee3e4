package dev.reprise.schedule;

import java.util.OptionalLong;

/**
 * A tick that something is known of.
 *
 * @param execution the last one of it, if there is one
 */
public record KnownTick(TickState state, OptionalLong execution) {

    /** One without an execution. */
    public static KnownTick of(TickState state) {
        return new KnownTick(state, OptionalLong.empty());
    }

    /** One with an execution. */
    public static KnownTick of(TickState state, long execution) {
        return new KnownTick(state, OptionalLong.of(execution));
    }
}
