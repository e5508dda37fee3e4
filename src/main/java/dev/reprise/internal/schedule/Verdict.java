package dev.reprise.internal.schedule;

import dev.reprise.schedule.KnownTick;
import dev.reprise.schedule.Tick;
import java.time.LocalDateTime;
import java.util.List;

/** What is to become of a tick now. */
public sealed interface Verdict {

    Tick tick();

    /** It is launched. */
    record Launch(Tick tick) implements Verdict {}

    /** It is due on another day, and is recorded until then. */
    record Later(Tick tick) implements Verdict {}

    /**
     * It stays where it is, and holds nothing.
     *
     * @param why in words, as people are told it
     * @param on the ticks whose end may let it go on; empty if a person has to
     */
    record Wait(Tick tick, String why, List<Obstacle> on) implements Verdict {

        public Wait {
            on = List.copyOf(on);
        }

        /** Whether it goes on only when a person has done something. */
        public boolean needsAPerson() {
            return on.isEmpty() || on.stream().anyMatch(Obstacle::needsAPerson);
        }
    }

    /** It is left out, as was wanted. */
    record Skip(Tick tick, String why) implements Verdict {}

    /** It was due too long ago. */
    record Miss(Tick tick, String why) implements Verdict {}

    /** A tick that another one waits for. */
    record Obstacle(String job, LocalDateTime nominal, KnownTick known) {

        boolean needsAPerson() {
            return switch (known.state()) {
                case FAILED, REFUSED, ABANDONED -> true;
                case DUE, WAITING, RUNNING, COMPLETED, SKIPPED, MISSED -> false;
            };
        }

        @Override
        public String toString() {
            String which = "tick " + nominal + " of '" + job + "'";
            String of = known.execution().isPresent()
                    ? " (execution " + known.execution().getAsLong() + ")"
                    : "";
            return which
                    + of
                    + switch (known.state()) {
                        case DUE -> ", which has not come";
                        case WAITING -> ", which waits itself";
                        case RUNNING -> ", which runs";
                        case FAILED -> ", which did not complete: restart or abandon it";
                        case ABANDONED -> ", which was abandoned: skip this one, or run it now";
                        case REFUSED -> ", whose launch was refused: mend that, and run it now";
                        case COMPLETED, SKIPPED, MISSED -> ", which has ended";
                    };
        }
    }
}
