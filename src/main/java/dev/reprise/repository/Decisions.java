package dev.reprise.repository;

import dev.reprise.identity.JobIdentity;
import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.repository.Dialect.Acquired;
import dev.reprise.repository.JobExecutions.Belonging;
import dev.reprise.repository.JobExecutions.Launch;
import dev.reprise.repository.JobExecutions.State;
import dev.reprise.repository.Owners.Owner;
import dev.reprise.repository.Owners.Queued;
import dev.reprise.repository.Refusal.Kind;
import dev.reprise.repository.TakeOvers.Outcome;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides whether a launch or a restart happens (semantics.md §3). Acquire, then check: the row that
 * says who owns the instance is inserted first, and only its owner looks at what the executions allow.
 */
final class Decisions {

    /** Each further round means that somebody else changed the instance in between. */
    private static final int ROUNDS = 100;

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    /** Rolls the transaction back; the state of the instance is looked at in the next one. */
    private static final class NotAllowed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotAllowed() {
            super("the state of the instance forbids it", null, false, false);
        }
    }

    private final Database database;
    private final Owners owners;
    private final TakeOvers takeOvers;
    private final JobExecutions executions;
    private final Scope scope;

    Decisions(Database database, Owners owners, TakeOvers takeOvers, JobExecutions executions, Scope scope) {
        this.scope = scope;
        this.database = database;
        this.owners = owners;
        this.takeOvers = takeOvers;
        this.executions = executions;
    }

    /** A job, what it is called in messages, and whether it may be restarted. */
    record Subject(String jobName, JobParameters parameters, boolean restartable) {

        String label() {
            return label(jobName, parameters);
        }

        static String label(String jobName, JobParameters parameters) {
            return Text.line(jobName + parameters);
        }
    }

    /**
     * Starts the first execution of an identity, or refuses.
     *
     * @throws LaunchRefusedException with the reason
     */
    Acquired start(JobIdentity identity, Subject subject, Launch launch) {
        AtomicInteger tries = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            Acquired acquired = acquired(
                    launch,
                    tries,
                    () -> database.takesAtOnce()
                            ? database.atOnce(
                                    handle -> AtOnce.start(counted(tries, handle), identity, launch, executions))
                            : acquire(
                                    handle -> database.dialect()
                                            .acquire(
                                                    counted(tries, handle),
                                                    identity.jobName(),
                                                    identity.key(),
                                                    launch.node()),
                                    OptionalLong.empty(),
                                    launch));
            if (acquired != null) {
                return acquired;
            }
            OptionalLong instance =
                    database.read(handle -> executions.findInstance(handle, identity.jobName(), identity.key()));
            if (instance.isPresent()) {
                LaunchDecision decision = decide(instance.getAsLong(), subject, true);
                if (decision instanceof Refusal refusal) {
                    throw new LaunchRefusedException(refusal);
                }
                if (decision instanceof LaunchDecision.Restart restart) {
                    throw new LaunchRefusedException(refusal(
                            Kind.RESTART_INSTEAD,
                            subject,
                            instance.getAsLong(),
                            restart.executionId(),
                            restart.message() + " Restart execution " + restart.executionId()
                                    + ": JobOperator.restart(" + restart.executionId() + ", …), or launch it through"
                                    + " the JobLauncher or POST /launch, which restart it by themselves."));
                }
                claim(instance.getAsLong(), launch.node());
            }
        }
        throw undecided(subject);
    }

    /**
     * Starts the next execution of an instance, or refuses.
     *
     * @param original the execution that is to be restarted
     * @param objection why it cannot be where nothing else is in the way
     */
    Acquired restart(long instanceId, long original, Subject subject, Launch launch, @Nullable Refusal objection) {
        AtomicInteger tries = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            if (subject.restartable() && objection == null) {
                Acquired acquired = acquired(
                        launch,
                        tries,
                        () -> database.takesAtOnce() && launch.anew().isEmpty()
                                ? database.atOnce(handle -> AtOnce.restart(
                                        counted(tries, handle), instanceId, original, launch, executions))
                                : acquire(
                                        handle -> database.dialect()
                                                .acquire(counted(tries, handle), instanceId, launch.node()),
                                        OptionalLong.of(original),
                                        launch));
                if (acquired != null) {
                    return acquired;
                }
            }
            LaunchDecision decision = decide(instanceId, subject, true);
            if (decision == null) {
                throw new LaunchRefusedException(refusal(
                        Kind.NOT_THE_LAST,
                        subject,
                        instanceId,
                        original,
                        "Execution " + original + " of " + subject.label() + " is not there any more: its history was"
                                + " purged. Launch the job to run it from the beginning."));
            }
            if (decision instanceof Refusal refusal) {
                throw new LaunchRefusedException(refusal);
            }
            if (decision instanceof LaunchDecision.Restart restart && restart.executionId() != original) {
                throw new LaunchRefusedException(refusal(
                        Kind.NOT_THE_LAST,
                        subject,
                        instanceId,
                        restart.executionId(),
                        "Execution " + original + " of " + subject.label() + " is not its last any more: execution "
                                + restart.executionId() + " is. Restart that one."));
            }
            if (objection != null) {
                throw new LaunchRefusedException(objection);
            }
            claim(instanceId, launch.node());
        }
        throw undecided(subject);
    }

    /**
     * An instance that this application may run, and that is not its own yet, becomes so. Nothing happens to one that
     * somebody launches or claims at the same moment: look and decide anew.
     */
    private void claim(long instanceId, NodeIdentity node) {
        Belonging before = database.read(handle -> executions.belongingOfInstance(handle, instanceId))
                .filter(its -> !its.application().equals(scope.own()) && scope.includes(its.application()))
                .orElse(null);
        if (before == null) {
            return;
        }
        Tally.Key from = new Tally.Key(before.application(), before.jobName());
        SortedSet<Tally.Key> both = new TreeSet<>(List.of(from, new Tally.Key(scope.own(), before.jobName())));
        both.forEach(key -> Tally.begin(database, key));
        Long[] instances = {instanceId};
        try {
            database.doApart(handle -> {
                SortedMap<Tally.Key, Long> countedTo = Tally.lock(handle, both);
                List<Long> kept = database.dialect().keepLaunchesOff(handle, instances, node);
                if (!kept.isEmpty() && executions.claim(handle, before)) {
                    countedTo.forEach((key, until) -> {
                        if (key.equals(from)) {
                            Tally.takeOff(handle, key, until, kept);
                        } else {
                            Tally.putOn(handle, key, until, kept);
                        }
                    });
                }
                database.dialect().letLaunchesIn(handle, instances);
            });
        } catch (RuntimeException e) {
            if (!Database.isDuplicateKey(e)) {
                throw e;
            }
        }
    }

    private Optional<Acquired> acquire(
            Function<org.jdbi.v3.core.Handle, @Nullable Acquired> take, OptionalLong original, Launch launch) {
        return database.apart(handle -> {
            Acquired acquired = take.apply(handle);
            if (acquired != null && !executions.insert(handle, acquired, original, launch)) {
                throw new NotAllowed();
            }
            return Optional.ofNullable(acquired);
        });
    }

    /** Null if somebody else has the instance, or has changed or removed it: look and decide anew. */
    private @Nullable Acquired acquired(Launch launch, AtomicInteger tries, Supplier<Optional<Acquired>> take) {
        try {
            Optional<Acquired> taken = take.get();
            return taken.isPresent() || tries.get() == 1 ? taken.orElse(null) : recordedBy(launch);
        } catch (NotAllowed e) {
            return null;
        } catch (RuntimeException e) {
            if (Database.isDuplicateKey(e)) {
                return tries.get() == 1 ? null : recordedBy(launch);
            }
            if (!Database.isAway(e)) {
                throw e;
            }
            // It may have been recorded, and the answer be lost.
            return recordedBy(launch);
        }
    }

    private static Handle counted(AtomicInteger tries, Handle handle) {
        tries.incrementAndGet();
        return handle;
    }

    private @Nullable Acquired recordedBy(Launch launch) {
        return database.read(handle -> executions.recordedBy(handle, launch)).orElse(null);
    }

    /** What a launch of the identity would do now, without doing it. */
    LaunchDecision explain(JobIdentity identity, Subject subject) {
        OptionalLong instance =
                database.read(handle -> executions.findInstance(handle, identity.jobName(), identity.key()));
        LaunchDecision decision = instance.isPresent() ? decide(instance.getAsLong(), subject, false) : null;
        return decision == null
                ? new LaunchDecision.Start(subject.label() + " never ran. It would start.", List.of())
                : decision;
    }

    /**
     * The decision about an instance that exists, or null if there is nothing in its way any more.
     *
     * @param act whether to take over what a dead node left (§3 row 5); otherwise the answer is as if it had been
     */
    private @Nullable LaunchDecision decide(long instanceId, Subject subject, boolean act) {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Refusal> others = database.read(handle -> executions.belongingOfInstance(handle, instanceId))
                    .flatMap(its -> ofAnother(its, subject.label()));
            if (others.isPresent()) {
                return others.get();
            }
            Optional<Owner> owner = database.read(handle -> owners.of(handle, instanceId));
            if (owner.isPresent() && !owners.mayTakeOver(owner.get())) {
                return alreadyRunning(owner.get(), subject);
            }
            if (owner.isPresent() && act && takeOvers.takeOver(owner.get()) == Outcome.LOCKED) {
                return alreadyRunning(owner.get(), subject);
            }
            OptionalLong dead =
                    owner.isPresent() && !act ? OptionalLong.of(owner.get().executionId()) : OptionalLong.empty();
            List<State> states = database.read(handle -> executions.states(handle, instanceId));
            // Somebody may have begun to run it since the first look: then that is the answer.
            if (states.isEmpty()) {
                return database.read(handle -> executions.purged(handle, instanceId))
                        .map(last -> neverAgain(last, "; purged since", instanceId, subject))
                        .orElse(null);
            }
            if (states.stream().noneMatch(state -> state.owned() && !isDead(state, dead))) {
                return judge(states, dead, instanceId, subject);
            }
        }
        throw undecided(subject);
    }

    private static boolean isDead(State state, OptionalLong dead) {
        return dead.isPresent() && dead.getAsLong() == state.id();
    }

    /** Why an execution that its row calls running cannot be restarted, or null if it can by now. */
    @Nullable
    Refusal inTheWay(long instanceId, @Nullable Owner owner, Subject subject) {
        if (owner != null) {
            return alreadyRunning(owner, subject);
        }
        LaunchDecision decision = decide(instanceId, subject, true);
        return decision instanceof Refusal refusal ? refusal : null;
    }

    private Refusal alreadyRunning(Owner owner, Subject subject) {
        String how = owner.alive() ? queueOf(owner) + "Wait for it, or stop it first." : whyNotTakenOver(owner);
        return new Refusal(
                Kind.ALREADY_RUNNING,
                subject.jobName(),
                owner.instanceId(),
                owner.executionId(),
                owner.node().name(),
                List.of(),
                subject.label() + " is already running (execution " + owner.executionId() + " on node "
                        + owner.node().name() + "). " + how);
    }

    private String queueOf(Owner owner) {
        Queued queued = database.read(handle -> owners.queued(handle, owner));
        return queued.place() == 0
                ? ""
                : "It waits for a thread there: place " + queued.place() + " of the queue, while " + queued.running()
                        + (queued.running() == 1 ? " execution runs. " : " executions run. ");
    }

    private String whyNotTakenOver(Owner owner) {
        return owners.mayTakeOver(owner)
                ? "That node is dead, but one of its database sessions still holds locks (" + takeOvers.lockHolders()
                        + "); the execution is taken over as"
                        + " soon as the database ends it."
                : "That node is dead, but of application " + owner.node().application()
                        + ", whose nodes will take it over.";
    }

    /**
     * The refusal of what is another application's.
     *
     * @param label of the instance, or of what else is asked for
     */
    Optional<Refusal> ofAnother(Belonging belonging, String label) {
        if (scope.includes(belonging.application())) {
            return Optional.empty();
        }
        String other = Text.line(belonging.application());
        return Optional.of(new Refusal(
                Kind.OTHER_APPLICATION,
                belonging.jobName(),
                belonging.instanceId(),
                null,
                null,
                List.of(),
                label + " belongs to application '" + other + "' (instance " + belonging.instanceId()
                        + "), and this is '"
                        + scope.own() + "'. Ask that one; or change an identifying parameter to run an instance of this"
                        + " one's own; or let this one run its instances too, with reprise.share=" + other + "."));
    }

    /** Rows 6 and 7. */
    private static Refusal neverAgain(State state, String since, long instanceId, Subject subject) {
        String which = " (execution " + state.id() + when(state.ended()) + since + "). ";
        if (state.status().equals("ABANDONED")) {
            return refusal(
                    Kind.ABANDONED,
                    subject,
                    instanceId,
                    state.id(),
                    subject.label() + " was abandoned" + which
                            + "Change an identifying parameter to run it as another instance.");
        }
        String next = subject.parameters().identifying().isEmpty()
                ? "It has no identifying parameter, so it completes once and never again: give it one, launch"
                        + " it with 'next' (which numbers the runs), or switch identity off for the job with"
                        + " the job property reprise.identity=none."
                : "Change an identifying parameter to run it again.";
        return refusal(
                Kind.ALREADY_COMPLETE,
                subject,
                instanceId,
                state.id(),
                subject.label() + " is already complete" + which + next);
    }

    /** Rows 6 to 10, for an instance without an owner. */
    private static LaunchDecision judge(List<State> states, OptionalLong dead, long instanceId, Subject subject) {
        String label = subject.label();
        for (String status : List.of("COMPLETED", "ABANDONED")) {
            for (State state : states) {
                if (state.status().equals(status)) {
                    return neverAgain(state, "", instanceId, subject);
                }
            }
        }
        for (State state : states) {
            boolean ended = state.status().equals("FAILED") || state.status().equals("STOPPED");
            if (!ended && !isDead(state, dead)) {
                return refusal(
                        Kind.UNKNOWN_STATE,
                        subject,
                        instanceId,
                        state.id(),
                        "Execution " + state.id() + " of " + label + " is " + state.status() + " and has no owner here:"
                                + " another program (Spring Batch?) runs it or left it. End it there, or set its"
                                + " status there to what it really is.");
            }
        }
        State last = states.get(states.size() - 1);
        String lastStatus = dead.isPresent() ? "left by a dead node" : last.status();
        if (!subject.restartable()) {
            return refusal(
                    Kind.NOT_RESTARTABLE,
                    subject,
                    instanceId,
                    last.id(),
                    label + " is " + lastStatus + " (execution " + last.id() + when(last.ended())
                            + "), and the job says"
                            + " restartable=\"false\". Change an identifying parameter to run it as another"
                            + " instance.");
        }
        return new LaunchDecision.Restart(
                last.id(),
                List.of(),
                List.of(),
                List.of(),
                label + " is " + lastStatus + " (execution " + last.id() + when(last.ended()) + ").");
    }

    /** The faults of parameters that no schema knows of: what the tables and the engine cannot take. */
    static List<String> faultsOf(JobParameters parameters) {
        List<String> faults = new ArrayList<>();
        parameters
                .byName()
                .forEach((name, parameter) -> faultOf(name, parameter).ifPresent(faults::add));
        return faults;
    }

    private static Optional<String> faultOf(String name, JobParameter parameter) {
        if (Text.length(name) > Text.NAME_COLUMN) {
            return Optional.of(Text.line(name) + ": the name has " + Text.length(name) + " characters; names may have "
                    + Text.NAME_COLUMN);
        }
        if (Text.length(parameter.value()) > Text.TEXT_COLUMN) {
            return Optional.of(Text.line(name) + ": the value has " + Text.length(parameter.value())
                    + " characters; values may have " + Text.TEXT_COLUMN);
        }
        if (parameter.value().contains("#{")) {
            return Optional.of(Text.line(name) + ": has '#{', which the engine would take for an expression");
        }
        if (name.indexOf('\u0000') >= 0 || parameter.value().indexOf('\u0000') >= 0) {
            return Optional.of(Text.line(name) + ": has a NUL character, which databases cannot store");
        }
        if (!Text.isWhole(name) || !Text.isWhole(parameter.value())) {
            return Optional.of(Text.line(name) + ": has half of a surrogate pair, which is no character");
        }
        return Optional.empty();
    }

    /** Nothing about the parameters is asked of a job that is not as it must be. */
    static Refusal invalidJob(String jobName, List<String> definitionFaults) {
        String count = definitionFaults.size() == 1 ? "is 1 error" : "are " + definitionFaults.size() + " errors";
        return new Refusal(
                Kind.INVALID_JOB,
                jobName,
                null,
                null,
                null,
                definitionFaults,
                "Job " + Text.line(jobName) + " does not start, nothing was written: there " + count
                        + " in its definition. " + String.join(" ", definitionFaults)
                        + " Mend the file and deploy again.");
    }

    static Refusal invalid(Subject subject, List<String> faults) {
        return Refusal.invalidParameters(subject.jobName(), faults);
    }

    private static Refusal refusal(Kind kind, Subject subject, long instanceId, long executionId, String message) {
        return new Refusal(kind, subject.jobName(), instanceId, executionId, null, List.of(), message);
    }

    private static IllegalStateException undecided(Subject subject) {
        return new IllegalStateException("No decision about " + subject.label() + " in " + ROUNDS
                + " rounds: something changes its state all the time.");
    }

    private static String when(@Nullable LocalDateTime ended) {
        return ended == null ? "" : ", " + MINUTE.format(ended);
    }
}
