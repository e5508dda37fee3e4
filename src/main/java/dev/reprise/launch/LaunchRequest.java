package dev.reprise.launch;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.decide.Refusals;
import dev.reprise.state.Dispatch;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.WaysOut;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
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
        Objects.requireNonNull(job, "the name of the job");
        return new LaunchRequest(job, new TreeMap<>(), null, false, false);
    }

    /**
     * Adds a parameter; whether it identifies is for the job's schema to say, and it does where there is none.
     *
     * @throws LaunchRefusedException if the name or the value is null
     */
    public LaunchRequest with(String name, String value) {
        return with(Collections.singletonMap(name, value));
    }

    /** Adds parameters as {@link #with(String, String)} does. */
    public LaunchRequest with(Map<String, String> several) {
        SortedMap<String, String> more = new TreeMap<>(parameters);
        more.putAll(texts(job, several));
        return new LaunchRequest(job, more, patience, attach, next);
    }

    /** A map that was filled without its types may hold anything; {@link Properties} and JSON made to maps may, too. */
    static Map<String, String> texts(String job, Map<String, String> given) {
        SortedSet<String> faults = new TreeSet<>();
        for (Map.Entry<?, ?> parameter : given.entrySet()) {
            Object name = parameter.getKey();
            Object value = parameter.getValue();
            if (!(name instanceof String)) {
                faults.add(name + ": the name is not a text but " + typeOf(name));
            } else if (!(value instanceof String)) {
                faults.add(name + ": the value is not a text but " + typeOf(value));
            }
        }
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(Refusals.invalidParameters(job, List.copyOf(faults)));
        }
        return given;
    }

    private static String typeOf(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }

    /** Adds a parameter that does not identify; a fault if the job's schema says that it does (contract.md §2.1). */
    public LaunchRequest withNonIdentifying(String name, String value) {
        return with(JobParameters.NON_IDENTIFYING_MARK + name, value);
    }

    /**
     * How long {@link JobLauncher#run} waits for the end; without this, until it comes.
     *
     * @param patience zero or more
     */
    public LaunchRequest waitingAtMost(Duration patience) {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("Nobody can wait for " + patience + "; give a time of zero or more.");
        }
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

    /**
     * Lets any node of the application run it: it is decided and recorded at once, as ever, and waits, STARTING, until a node
     * takes it that has a thread for it and the definition of the job that this one has. On H2 it runs here.
     */
    public LaunchRequest onAnyNode() {
        return with(Dispatch.PARAMETER, "true");
    }

    /**
     * Accepts the change of the definition that a restart was refused for, exactly that (contract.md §8.2).
     *
     * @param acceptance {@link dev.reprise.state.Refusal#acceptance} of the refusal
     */
    public LaunchRequest acceptingDefinition(String acceptance) {
        return with(WaysOut.ACCEPT_DEFINITION, acceptance);
    }

    /** Lets a restart begin a step anew that has begun and is not complete, instead of where it stopped. */
    public LaunchRequest startingAnew(String step) {
        String others = parameters.get(WaysOut.START_ANEW);
        return with(WaysOut.START_ANEW, others == null ? step : others + "," + step);
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
