package dev.reprise.internal.decide;

import dev.reprise.identity.JobIdentity;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Dialect.Acquired;
import dev.reprise.internal.decide.TakeOvers.Outcome;
import dev.reprise.internal.store.Belonging;
import dev.reprise.internal.store.Claims;
import dev.reprise.internal.store.JobInstances;
import dev.reprise.internal.store.Launch;
import dev.reprise.internal.store.Launches;
import dev.reprise.internal.store.Launches.Recording;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Owners;
import dev.reprise.internal.store.Scope;
import dev.reprise.internal.store.SeenExecution;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides whether a launch or a restart happens (contract.md §3). Acquire, then check: the row that
 * says who owns the instance is inserted first, and only its owner looks at what the executions allow.
 */
public final class Decisions {

    /** Each further round means that somebody else changed the instance in between. */
    private static final int ROUNDS = 100;

    private final Database database;
    private final Owners owners;
    private final TakeOvers takeOvers;
    private final JobInstances instances;
    private final Launches launches;
    private final Claims claims;
    private final Scope scope;

    public Decisions(
            Database database,
            Owners owners,
            TakeOvers takeOvers,
            JobInstances instances,
            Launches launches,
            Scope scope) {
        this.scope = scope;
        this.database = database;
        this.owners = owners;
        this.takeOvers = takeOvers;
        this.instances = instances;
        this.launches = launches;
        this.claims = new Claims(database, instances, scope);
    }

    /**
     * Starts the first execution of an identity, or refuses.
     *
     * @throws LaunchRefusedException with the reason
     */
    public Acquired start(JobIdentity identity, Subject subject, Launch launch) {
        Recording recording = launches.recording(launch);
        for (int round = 0; round < ROUNDS; round++) {
            Acquired acquired = recording.first(identity);
            if (acquired != null) {
                return acquired;
            }
            OptionalLong instance = database.read(handle -> instances.find(handle, identity.jobName(), identity.key()));
            if (instance.isPresent()) {
                LaunchDecision decision = decide(instance.getAsLong(), subject, true);
                if (decision instanceof Refusal refusal) {
                    throw new LaunchRefusedException(refusal);
                }
                if (decision instanceof LaunchDecision.Restart restart) {
                    throw new LaunchRefusedException(Refusals.restartInstead(restart, instance.getAsLong(), subject));
                }
                claims.claim(instance.getAsLong(), launch.node());
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
    public Acquired restart(
            long instanceId, long original, Subject subject, Launch launch, @Nullable Refusal objection) {
        Recording recording = launches.recording(launch);
        for (int round = 0; round < ROUNDS; round++) {
            if (subject.restartable() && objection == null) {
                Acquired acquired = recording.next(instanceId, original);
                if (acquired != null) {
                    return acquired;
                }
            }
            LaunchDecision decision = decide(instanceId, subject, true);
            if (decision == null) {
                throw new LaunchRefusedException(Refusals.historyGone(original, instanceId, subject));
            }
            if (decision instanceof Refusal refusal) {
                throw new LaunchRefusedException(refusal);
            }
            if (decision instanceof LaunchDecision.Restart restart && restart.executionId() != original) {
                throw new LaunchRefusedException(
                        Refusals.notTheLast(original, restart.executionId(), instanceId, subject));
            }
            if (objection != null) {
                throw new LaunchRefusedException(objection);
            }
            claims.claim(instanceId, launch.node());
        }
        throw undecided(subject);
    }

    /** What a launch of the identity would do now, without doing it. */
    LaunchDecision explain(JobIdentity identity, Subject subject) {
        OptionalLong instance = database.read(handle -> instances.find(handle, identity.jobName(), identity.key()));
        LaunchDecision decision = instance.isPresent() ? decide(instance.getAsLong(), subject, false) : null;
        return decision == null
                ? new LaunchDecision.Start(subject.label() + " never ran. It would start.", List.of(), List.of())
                : decision;
    }

    /**
     * The decision about an instance that exists, or null if there is nothing in its way any more.
     *
     * @param act whether to take over what a dead node left (§3 row 5); otherwise the answer is as if it had been
     */
    private @Nullable LaunchDecision decide(long instanceId, Subject subject, boolean act) {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Refusal> others = database.read(handle -> instances.belongingOfInstance(handle, instanceId))
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
            List<SeenExecution> executions = database.read(handle -> instances.executions(handle, instanceId));
            if (executions.isEmpty()) {
                return database.read(handle -> instances.purged(handle, instanceId))
                        .map(last -> Refusals.purged(last, instanceId, subject))
                        .orElse(null);
            }
            LaunchDecision decision = DecisionTable.of(executions, dead, instanceId, subject);
            if (decision != null) {
                return decision;
            }
        }
        throw undecided(subject);
    }

    /** Why an execution that its row calls running cannot be restarted, or null if it can by now. */
    @Nullable
    public Refusal inTheWay(long instanceId, @Nullable Owner owner, Subject subject) {
        if (owner != null) {
            return alreadyRunning(owner, subject);
        }
        LaunchDecision decision = decide(instanceId, subject, true);
        return decision instanceof Refusal refusal ? refusal : null;
    }

    private static IllegalStateException undecided(Subject subject) {
        return new IllegalStateException("No decision about " + subject.label() + " in " + ROUNDS
                + " rounds: something changes its state all the time.");
    }

    private Refusal alreadyRunning(Owner owner, Subject subject) {
        if (owner.alive()) {
            return Refusals.alreadyRunning(owner, database.read(handle -> owners.queued(handle, owner)), subject);
        }
        return owners.mayTakeOver(owner)
                ? Refusals.heldByItsSessions(owner, takeOvers.lockHolders(), subject)
                : Refusals.othersTakeOver(owner, subject);
    }

    /**
     * The refusal of what is another application's.
     *
     * @param label of the instance, or of what else is asked for
     */
    public Optional<Refusal> ofAnother(Belonging belonging, String label) {
        return scope.includes(belonging.application())
                ? Optional.empty()
                : Optional.of(Refusals.ofAnother(belonging, scope.own(), label));
    }
}
