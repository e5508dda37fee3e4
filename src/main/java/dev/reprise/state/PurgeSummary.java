package dev.reprise.state;

import java.time.LocalDateTime;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a purge has removed, or would remove.
 *
 * @param isDryRun whether it would
 * @param executions how many executions
 * @param instances how many instances they belong to
 * @param removed how many executions of each job, by what had become of their instances
 * @param oldest when the first of these instances ended, in the zone of the JVM; null if there is none
 * @param newest when the last one did
 * @param spared how many executions stay, by the reason
 */
public record PurgeSummary(
        boolean isDryRun,
        long executions,
        long instances,
        SortedMap<String, SortedMap<String, Long>> removed,
        @Nullable LocalDateTime oldest,
        @Nullable LocalDateTime newest,
        Map<Spared, Long> spared) {

    /** Why an instance stays with its executions. */
    public enum Spared {
        /** It runs. */
        RUNNING("running"),
        /** Recovery is about to restart it. */
        TO_BE_RESTARTED("to be restarted"),
        /** One of its executions is in a state UNKNOWN, or unfinished without an owner. */
        UNKNOWN("unknown"),
        /** It could still be restarted. */
        RESTARTABLE("restartable"),
        /** It came to another status than those that were asked for. */
        OTHER_STATUS("of another status"),
        /** It ended too short a time ago. */
        YOUNG("too young"),
        /** It is among the newest of its job. */
        NEWEST("among the newest"),
        /** Somebody launched it while it was to be removed. */
        BUSY("in use");

        private final String words;

        Spared(String words) {
            this.words = words;
        }
    }

    public PurgeSummary {
        SortedMap<String, SortedMap<String, Long>> byJob = new TreeMap<>();
        removed.forEach((job, statuses) -> byJob.put(job, Collections.unmodifiableSortedMap(new TreeMap<>(statuses))));
        removed = Collections.unmodifiableSortedMap(byJob);
        spared = Collections.unmodifiableMap(new TreeMap<>(spared));
    }

    /** Before anything was looked at. */
    public static PurgeSummary nothing(boolean isDryRun) {
        return new PurgeSummary(isDryRun, 0, 0, new TreeMap<>(), null, null, new EnumMap<>(Spared.class));
    }

    /** With instances that were looked at, and do not go. */
    public PurgeSummary sparing(Iterable<PurgeCandidate> instances) {
        Map<Spared, Long> more = new TreeMap<>(spared);
        for (PurgeCandidate instance : instances) {
            Spared why = instance.spared();
            more.merge(why == null ? Spared.BUSY : why, (long) instance.executions(), Long::sum);
        }
        return new PurgeSummary(isDryRun, executions, this.instances, removed, oldest, newest, more);
    }

    /** With instances that went, or would. */
    public PurgeSummary removing(Iterable<PurgeCandidate> gone) {
        SortedMap<String, SortedMap<String, Long>> more = new TreeMap<>();
        removed.forEach((job, statuses) -> more.put(job, new TreeMap<>(statuses)));
        long moreExecutions = executions;
        long moreInstances = instances;
        LocalDateTime first = oldest;
        LocalDateTime last = newest;
        for (PurgeCandidate instance : gone) {
            more.computeIfAbsent(instance.job(), job -> new TreeMap<>())
                    .merge(instance.status(), (long) instance.executions(), Long::sum);
            moreExecutions += instance.executions();
            moreInstances++;
            LocalDateTime ended = instance.ended();
            if (ended != null) {
                first = first == null || ended.isBefore(first) ? ended : first;
                last = last == null || ended.isAfter(last) ? ended : last;
            }
        }
        return new PurgeSummary(isDryRun, moreExecutions, moreInstances, more, first, last, spared);
    }

    /** In one line, as people read it. */
    public String text() {
        StringBuilder text = new StringBuilder(isDryRun ? "would remove " : "removed ")
                .append(executions)
                .append(" executions of ")
                .append(instances)
                .append(" instances");
        if (!removed.isEmpty()) {
            text.append(": ")
                    .append(removed.entrySet().stream()
                            .map(job -> job.getKey() + " " + shown(job.getValue()))
                            .collect(Collectors.joining(", ")))
                    .append("; ended ")
                    .append(oldest)
                    .append(" to ")
                    .append(newest);
        }
        if (!spared.isEmpty()) {
            text.append("; spared ")
                    .append(spared.entrySet().stream()
                            .map(why -> why.getValue() + " " + why.getKey().words)
                            .collect(Collectors.joining(", ")));
        }
        return text.toString();
    }

    private static String shown(Map<String, Long> statuses) {
        return statuses.entrySet().stream()
                .map(status -> status.getValue() + " " + status.getKey())
                .collect(Collectors.joining(" "));
    }
}
