package dev.reprise.launch;

import dev.reprise.identity.JobParameters;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be launched, and how. Immutable; each method gives a new request:
 *
 * <pre>{@code LaunchRequest.of("flight-performance").with("month", "2001-01").waitingAtMost(Duration.ofMinutes(10))}</pre>
 */
public final class LaunchRequest {

    private final String job;
    private final SortedMap<String, String> parameters;
    private final @Nullable Duration patience;
    private final boolean attach;
    private final boolean next;

    private LaunchRequest(
            String job,
            SortedMap<String, String> parameters,
            @Nullable Duration patience,
            boolean attach,
            boolean next) {
        this.job = job;
        this.parameters = parameters;
        this.patience = patience;
        this.attach = attach;
        this.next = next;
    }

    /** A job without parameters. */
    public static LaunchRequest of(String job) {
        return new LaunchRequest(job, new TreeMap<>(), null, false, false);
    }

    /** Adds a parameter; whether it identifies is for the job's schema to say, and it does where there is none. */
    public LaunchRequest with(String name, String value) {
        SortedMap<String, String> more = new TreeMap<>(parameters);
        more.put(name, value);
        return new LaunchRequest(job, more, patience, attach, next);
    }

    /** Adds parameters as {@link #with(String, String)} does. */
    public LaunchRequest with(Map<String, String> several) {
        SortedMap<String, String> more = new TreeMap<>(parameters);
        more.putAll(several);
        return new LaunchRequest(job, more, patience, attach, next);
    }

    /** Adds a parameter that does not identify; a fault if the job's schema says that it does (semantics.md §2.1). */
    public LaunchRequest withNonIdentifying(String name, String value) {
        return with(JobParameters.NON_IDENTIFYING_MARK + name, value);
    }

    /** How long {@link JobLauncher#run} waits for the end; without this, until it comes. */
    public LaunchRequest waitingAtMost(Duration patience) {
        return new LaunchRequest(job, parameters, patience, attach, next);
    }

    /** If it is already running, takes that execution instead of being refused. */
    public LaunchRequest attaching() {
        return new LaunchRequest(job, parameters, patience, true, next);
    }

    /**
     * Numbers the run: adds the parameter {@value JobLauncher#RUN_ID}, one more than the newest instance's, for a job
     * that is meant to run again and again.
     */
    public LaunchRequest next() {
        return new LaunchRequest(job, parameters, patience, attach, true);
    }

    String job() {
        return job;
    }

    Optional<Duration> patience() {
        return Optional.ofNullable(patience);
    }

    boolean attaches() {
        return attach;
    }

    boolean isNext() {
        return next;
    }

    Properties properties() {
        Properties properties = new Properties();
        properties.putAll(parameters);
        return properties;
    }
}
