package dev.reprise.access;

import dev.reprise.internal.store.AuditLog;
import dev.reprise.log.OneLine;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides what a caller may do, and that records what it did: for the REST API, the servlet, the
 * console and {@code JobLauncher}. What nobody asked for (recovery, a schedule, the application itself) is neither
 * refused nor recorded. Thread-safe.
 */
public final class Access {

    private static final Logger LOG = System.getLogger(Access.class.getName());

    @SuppressWarnings("ThreadLocalUsage") // of this deployment alone, and gone when the request is done
    private static final ThreadLocal<@Nullable Caller> CALLER = new ThreadLocal<>();

    private final AuditLog audit;
    private final Supplier<Optional<Caller>> server;

    /**
     * @param server whom the server's security knows on the asking thread, where no request of ours said who asks
     */
    public Access(AuditLog audit, Supplier<Optional<Caller>> server) {
        this.audit = audit;
        this.server = server;
    }

    /** The same, on record elsewhere. */
    public Access recordedIn(AuditLog other) {
        return new Access(other, server);
    }

    /** On whose behalf this thread works; empty for the application itself. */
    public Optional<Caller> caller() {
        Caller caller = CALLER.get();
        return caller != null ? Optional.of(caller) : server.get();
    }

    /** Works on behalf of a caller. */
    public static <T extends @Nullable Object> T as(Caller caller, Supplier<T> work) {
        Caller before = CALLER.get();
        CALLER.set(caller);
        try {
            return work.get();
        } finally {
            if (before == null) {
                CALLER.remove();
            } else {
                CALLER.set(before);
            }
        }
    }

    /**
     * Refuses a caller without that role.
     *
     * @param what as it follows "may not": {@code "see the log of execution 7"}
     */
    public static void require(Caller caller, Role role, String what) {
        if (!caller.roles().contains(role)) {
            throw new AccessDeniedException(caller, what, role);
        }
    }

    /**
     * What a change is about.
     *
     * @param executionId of the change that is wanted; the record names the one that came of it, if one did
     */
    public record Subject(
            @Nullable String job,
            @Nullable Long instanceId,
            @Nullable Long executionId) {

        /** The subject of a launch. */
        public static Subject ofJob(String job) {
            return new Subject(job, null, null);
        }

        /**
         * The subject of a purge.
         *
         * @param job null for the history of every job
         */
        public static Subject ofHistory(@Nullable String job) {
            return new Subject(job, null, null);
        }

        /** The subject of a lift: who had to wait after wrong passwords. */
        public static Subject ofLogins() {
            return new Subject(null, null, null);
        }

        private String text(Action action) {
            if (executionId != null) {
                return "execution " + executionId;
            }
            if (job == null) {
                return action == Action.LIFT ? "what wrong passwords brought about" : "history";
            }
            return (action.isOfSchedule() ? "the schedule of job " : "job ") + job;
        }
    }

    /**
     * Changes something on behalf of the caller, if it may, and records that it did, was refused, or failed.
     *
     * @param result what the change came to, out of what it returns
     * @throws AccessDeniedException if the caller may not
     */
    public <T> T change(Action action, Subject subject, Supplier<T> change, Function<T, Subject> result) {
        return change(action, subject, change, result, done -> null);
    }

    /**
     * {@link #change(Action, Subject, Supplier, Function)}, of which there is more to say.
     *
     * @param detail what the record says of it
     */
    public <T> T change(
            Action action,
            Subject subject,
            Supplier<T> change,
            Function<T, Subject> result,
            Function<T, @Nullable String> detail) {
        Caller caller = caller().orElse(null);
        if (caller == null) {
            return change.get();
        }
        try {
            require(caller, action.needed(), action.word() + " " + subject.text(action));
            T done = change.get();
            record(caller, action, result.apply(done), "done", detail.apply(done));
            return done;
        } catch (RuntimeException e) {
            recordFailure(caller, action, subject, e);
            throw e;
        }
    }

    /**
     * {@link #change(Action, Subject, Supplier, Function, Function)} of something that another node does, whose
     * answer comes later: then it is recorded, on the thread that the answer comes on.
     */
    public <T> CompletionStage<T> changeElsewhere(
            Action action,
            Subject subject,
            Supplier<CompletionStage<T>> change,
            Function<T, Subject> result,
            Function<T, @Nullable String> detail) {
        Caller caller = caller().orElse(null);
        if (caller == null) {
            return change.get();
        }
        CompletionStage<T> asked;
        try {
            require(caller, action.needed(), action.word() + " " + subject.text(action));
            asked = change.get();
        } catch (RuntimeException e) {
            recordFailure(caller, action, subject, e);
            throw e;
        }
        return asked.whenComplete((done, failed) -> {
            if (failed == null) {
                record(caller, action, result.apply(done), "done", detail.apply(done));
            } else {
                recordFailure(
                        caller,
                        action,
                        subject,
                        failed instanceof CompletionException && failed.getCause() != null
                                ? failed.getCause()
                                : failed);
            }
        });
    }

    private void recordFailure(Caller caller, Action action, Subject subject, Throwable failed) {
        if (failed instanceof AccessDeniedException) {
            record(caller, action, subject, "denied", failed.getMessage());
        } else if (failed instanceof LaunchRefusedException e) {
            Refusal refusal = e.refusal();
            Subject inTheWay = new Subject(
                    refusal.jobName(),
                    refusal.instanceId() == null ? subject.instanceId() : refusal.instanceId(),
                    refusal.executionId() == null ? subject.executionId() : refusal.executionId());
            record(caller, action, inTheWay, "refused", refusal.message());
        } else {
            record(caller, action, subject, "failed", failed.getMessage());
        }
    }

    /** What was done is done, also where the record of it cannot be written: then the log has it. */
    private void record(Caller caller, Action action, Subject about, String outcome, @Nullable String detail) {
        AuditEntry entry = new AuditEntry(
                0,
                Instant.EPOCH,
                caller.user(),
                caller.address(),
                action.word(),
                about.job(),
                about.instanceId(),
                about.executionId(),
                outcome,
                detail);
        try {
            audit.append(entry);
        } catch (RuntimeException e) {
            LOG.log(
                    Level.ERROR,
                    "Not in the audit table: {0}: {1}",
                    OneLine.of(entry.toString()),
                    OneLine.of(e.toString()));
        }
    }
}
