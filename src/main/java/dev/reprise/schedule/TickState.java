package dev.reprise.schedule;

/** What is known of a tick. */
public enum TickState {
    /** Its nominal time has come; its day in the calendar has not. */
    DUE(false),
    /** It waits for other ticks, or for a schedule that is paused. */
    WAITING(false),
    /** Its execution runs. */
    RUNNING(false),
    /** Its execution failed or was stopped, and can be restarted. */
    FAILED(false),
    /** Its execution is completed. */
    COMPLETED(true),
    /** Somebody gave its execution up. */
    ABANDONED(true),
    /** It was left out. */
    SKIPPED(true),
    /** Nobody launched it when it was due. */
    MISSED(true),
    /** Its launch was refused. */
    REFUSED(true);

    private final boolean ended;

    TickState(boolean ended) {
        this.ended = ended;
    }

    /** Whether nothing comes of it by itself any more. */
    public boolean isEnded() {
        return ended;
    }
}
