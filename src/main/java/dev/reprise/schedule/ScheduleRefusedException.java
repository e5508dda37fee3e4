package dev.reprise.schedule;

/** Something that was asked of a schedule is not done; the message says why, and what to do instead. */
public final class ScheduleRefusedException extends RuntimeException {

    private final Kind kind;

    /** What kind of refusal. */
    public enum Kind {
        /** The job has no schedule, or none that can be used. */
        NO_SCHEDULE,
        /** The schedule has no such tick. */
        NO_TICK,
        /** It is so already, or too late. */
        NOT_NOW
    }

    public ScheduleRefusedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
