package dev.reprise.internal.schedule;

import dev.reprise.schedule.InvalidScheduleException;
import dev.reprise.schedule.JobSchedule;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The schedules of a deployment, and what is wrong with those that cannot be used. Immutable. */
public final class DeployedSchedules {

    private final SortedMap<String, JobSchedule> schedules = new TreeMap<>();
    private final SortedMap<String, InvalidScheduleException> broken = new TreeMap<>();
    private final Map<String, Set<String>> waiting = new TreeMap<>();
    private final Function<String, ClassLoader> homes;

    /**
     * Reads them.
     *
     * @param jobs the names of the jobs
     * @param homes for a job the class loader that sees its files, and leads to its job operator
     * @param own which no file has; they come before what a file says of the same job
     */
    public DeployedSchedules(Collection<String> jobs, Function<String, ClassLoader> homes, List<JobSchedule> own) {
        this.homes = homes;
        own.forEach(schedule -> schedules.put(schedule.job(), schedule));
        for (String job : jobs) {
            try {
                if (!schedules.containsKey(job)) {
                    JobSchedule.find(job, homes.apply(job)).ifPresent(schedule -> schedules.put(job, schedule));
                }
            } catch (InvalidScheduleException e) {
                broken.put(job, e);
            }
        }
        for (JobSchedule schedule : schedules.values()) {
            waiting.computeIfAbsent(schedule.job(), job -> new TreeSet<>()).add(schedule.job());
            schedule.after()
                    .forEach(other -> waiting.computeIfAbsent(other, job -> new TreeSet<>())
                            .add(schedule.job()));
        }
    }

    /** Those that can be used, by job. */
    public SortedMap<String, JobSchedule> all() {
        return Collections.unmodifiableSortedMap(schedules);
    }

    /** What is wrong with the others, by job. */
    public SortedMap<String, InvalidScheduleException> broken() {
        return Collections.unmodifiableSortedMap(broken);
    }

    /** The same, line by line. */
    public Map<String, String> faults() {
        Map<String, String> faults = new TreeMap<>();
        broken.forEach((job, invalid) ->
                faults.put(job, invalid.faults().stream().map(String::valueOf).collect(Collectors.joining("\n"))));
        return faults;
    }

    /** That of a job. */
    public Optional<JobSchedule> find(String job) {
        return Optional.ofNullable(schedules.get(job));
    }

    /** The class loader that sees a job's files, and leads to its job operator. */
    public ClassLoader home(String job) {
        return homes.apply(job);
    }

    /** The jobs of which a tick may wait for the end of an execution of a job. */
    public Set<String> waitingFor(String job) {
        return waiting.getOrDefault(job, Set.of());
    }
}
