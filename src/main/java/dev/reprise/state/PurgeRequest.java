package dev.reprise.state;

import dev.reprise.log.OneLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which history is to be removed. Immutable; each method gives a new request:
 *
 * <pre>{@code PurgeRequest.olderThan(Duration.ofDays(90)).ofJob("flight-performance").keepingNewest(100)}</pre>
 *
 * <p>An instance goes with all of its executions or not at all: a restart needs them all, and one that completed must not
 * become restartable.
 *
 * @param job whose history; null for every job's in the database
 * @param statuses what may have become of an instance: COMPLETED, ABANDONED, FAILED, STOPPED
 * @param age how long ago its last execution must have ended; zero to 999,999 days
 * @param keep how many of each job's newest executions stay, with their instances
 * @param keepsIdentity whether an instance that completed or was abandoned stays refused
 * @param includesRestartable whether also what could still be restarted goes
 * @param isDryRun whether nothing is removed, only counted
 */
public record PurgeRequest(
        @Nullable String job,
        Set<String> statuses,
        Duration age,
        int keep,
        boolean keepsIdentity,
        boolean includesRestartable,
        boolean isDryRun) {

    /** The statuses with which history can go. */
    public static final Set<String> STATUSES = Set.of("COMPLETED", "ABANDONED", "FAILED", "STOPPED");

    private static final Set<String> SETTLED = Set.of("COMPLETED", "ABANDONED");

    private static final int MOST_KEPT = 1_000_000;

    /** As the parameter of the job has it, and no database counts back much further. */
    private static final Duration OLDEST = Duration.ofDays(999_999);

    public PurgeRequest {
        statuses = Set.copyOf(statuses);
    }

    /**
     * What completed or was abandoned longer ago than that, of every job; the newest execution of each job stays, and
     * who completed stays refused.
     */
    public static PurgeRequest olderThan(Duration age) {
        return new PurgeRequest(null, Set.of(), age, 1, true, false, false);
    }

    /** Of one job alone. */
    public PurgeRequest ofJob(String name) {
        return new PurgeRequest(name, statuses, age, keep, keepsIdentity, includesRestartable, isDryRun);
    }

    /** Only instances that came to one of these; without this, to any that the request may remove. */
    public PurgeRequest withStatus(String... each) {
        return new PurgeRequest(job, Set.of(each), age, keep, keepsIdentity, includesRestartable, isDryRun);
    }

    /** Leaves so many of each job's newest executions, with the instances that they belong to. */
    public PurgeRequest keepingNewest(int executions) {
        return new PurgeRequest(job, statuses, age, executions, keepsIdentity, includesRestartable, isDryRun);
    }

    /** Also forgets that an instance completed or was abandoned: the same launch runs it again. */
    public PurgeRequest forgettingIdentity() {
        return new PurgeRequest(job, statuses, age, keep, false, includesRestartable, isDryRun);
    }

    /** Also removes what failed or was stopped: a launch of it begins anew, and not where it came to. */
    public PurgeRequest includingRestartable() {
        return new PurgeRequest(job, statuses, age, keep, keepsIdentity, true, isDryRun);
    }

    /** Removes nothing, and says what would go. */
    public PurgeRequest dryRun() {
        return new PurgeRequest(job, statuses, age, keep, keepsIdentity, includesRestartable, true);
    }

    /**
     * Refuses what makes no sense.
     *
     * @throws IllegalArgumentException which names every fault, and what to write
     */
    public PurgeRequest checked() {
        List<String> faults = new ArrayList<>();
        if (age.isNegative()) {
            faults.add("the age " + age + " is below zero");
        } else if (age.compareTo(OLDEST) > 0) {
            faults.add("the age " + age + " is too long; write 0 to " + OLDEST.toDays() + " days");
        }
        if (job != null && !Storable.is(job)) {
            faults.add("no job is called '" + OneLine.of(job) + "'");
        }
        if (keep < 0 || keep > MOST_KEPT) {
            faults.add("of each job " + keep + " executions cannot be kept; write 0 to " + MOST_KEPT);
        }
        if (keep == 0 && keepsIdentity) {
            faults.add("without the newest execution of a job, numbered runs ('next') would begin at numbers that are"
                    + " taken; keep 1 or more, or forget identities too");
        }
        for (String status : new TreeSet<>(statuses)) {
            if (!STATUSES.contains(status)) {
                faults.add("history is not purged by status '" + status + "'; there are " + new TreeSet<>(STATUSES));
            } else if (!SETTLED.contains(status) && !includesRestartable) {
                faults.add("what is " + status + " can still be restarted; say that restartable ones are included, if"
                        + " they are to go");
            }
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("The history is not purged: " + String.join("; ", faults) + ".");
        }
        return this;
    }

    public boolean mayRemove(String status) {
        return statuses.isEmpty() || statuses.contains(status);
    }

    public static boolean canBeRestarted(String status) {
        return !SETTLED.contains(status);
    }
}
