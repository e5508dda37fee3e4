package dev.reprise.access;

import java.util.Locale;

/** What callers change, and what that needs: the only place that says so. */
public enum Action {
    LAUNCH(Role.OPERATOR),
    RESTART(Role.OPERATOR),
    STOP(Role.OPERATOR),
    PAUSE(Role.OPERATOR),
    RESUME(Role.OPERATOR),
    SKIP(Role.OPERATOR),
    BACKFILL(Role.OPERATOR),
    ACKNOWLEDGE(Role.OPERATOR),
    ABANDON(Role.ADMIN),
    PURGE(Role.ADMIN),
    LIFT(Role.ADMIN);

    private final Role needed;

    Action(Role needed) {
        this.needed = needed;
    }

    Role needed() {
        return needed;
    }

    /** Whether it is about the schedule of a job. */
    boolean isOfSchedule() {
        return this == PAUSE || this == RESUME || this == SKIP || this == BACKFILL;
    }

    /** In one word, as the audit has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
