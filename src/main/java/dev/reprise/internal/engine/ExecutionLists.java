package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.stored.JustCompleted;
import dev.reprise.internal.engine.stored.ListedExecutions;
import dev.reprise.internal.engine.stored.LoadedExecutions;
import dev.reprise.internal.engine.stored.NewestInstances;
import dev.reprise.internal.engine.stored.RestartCall;
import dev.reprise.internal.engine.stored.StoredSteps;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.JobInstances;
import dev.reprise.internal.store.Scope;
import dev.reprise.internal.store.Tally;
import dev.reprise.state.Storable;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.operations.NoSuchJobInstanceException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.JobInstance;
import jakarta.batch.runtime.StepExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;

/** What the engine and the admin CLI get to see of instances, executions and steps: bounded lists, the newest first. Thread-safe. */
public final class ExecutionLists {

    /** How many executions of one job the admin CLI lists by default: the newest. */
    public static final int LISTED = 100;

    /** How many executions of one instance the engine gets to see: the newest. */
    private static final int OF_AN_INSTANCE = 1000;

    private final JobInstances instances;
    private final Database database;
    private final JobExecutions executions;
    private final LoadedExecutions loaded;
    private final StepRecorder stepRecorder;
    private final Scope scope;
    private final ListedExecutions listedExecutions;
    private final int listed;
    private final Map<Long, LiveExecution> live;
    private final JustCompleted justCompleted;
    private final StoredSteps storedSteps;

    ExecutionLists(Wiring wiring) {
        this.instances = wiring.instances;
        this.database = wiring.database;
        this.executions = wiring.executions;
        this.loaded = wiring.loaded;
        this.stepRecorder = wiring.stepRecorder;
        this.scope = wiring.scope;
        this.listedExecutions = wiring.listedExecutions;
        this.listed = wiring.listed;
        this.live = wiring.live;
        this.justCompleted = wiring.justCompleted;
        this.storedSteps = wiring.steps;
    }

    /** The execution that runs here, or has completed here a moment ago, itself; any other one as its rows have it. */
    @Nullable
    JobExecution execution(long executionId) {
        JobExecutionImpl found = find(executionId);
        return found != null && canBeRestarted(found.getBatchStatus()) && RestartCall.asks()
                ? loaded.withoutParameters(found)
                : found;
    }

    private static boolean canBeRestarted(BatchStatus status) {
        return status == BatchStatus.FAILED || status == BatchStatus.STOPPED;
    }

    private @Nullable JobExecutionImpl find(long executionId) {
        LiveExecution running = live.get(executionId);
        if (running != null) {
            return running.execution();
        }
        JobExecutionImpl complete = justCompleted.find(executionId);
        if (complete != null) {
            return complete;
        }
        JobExecutionImpl known = listedExecutions.find(executionId);
        return known != null
                ? loaded.copy(known)
                : database.inOwnTransaction(handle -> loaded.find(handle, executionId))
                        .orElse(null);
    }

    /**
     * The newest executions of the instance, ascending by id; none if they were purged.
     *
     * @throws NoSuchJobInstanceException if there is no such instance
     */
    List<JobExecution> executions(@Nullable JobInstance instance) {
        if (instance == null) {
            throw new NoSuchJobInstanceException("Whose executions? The job instance is null.");
        }
        List<JobExecution> result = new ArrayList<>();
        for (JobExecutionImpl stored : database.inOwnTransaction(
                handle -> loaded.ofInstance(handle, instance.getInstanceId(), OF_AN_INSTANCE))) {
            LiveExecution running = live.get(stored.getExecutionId());
            result.add(running == null ? stored : running.execution());
        }
        if (result.isEmpty() && instance(instance.getInstanceId()) == null) {
            throw new NoSuchJobInstanceException("There is no job instance " + instance.getInstanceId() + ".");
        }
        return result;
    }

    /** The newest executions of the job, newest first: what the admin CLI lists. */
    List<Long> ofJob(String jobName) {
        List<Long> ids = ofJob(jobName, listed);
        List<JobExecutionImpl> found = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += OF_AN_INSTANCE) {
            List<Long> some = ids.subList(from, Math.min(ids.size(), from + OF_AN_INSTANCE));
            found.addAll(database.inOwnTransaction(handle -> loaded.find(handle, some)));
        }
        listedExecutions.remember(jobName, found);
        return ids;
    }

    List<Long> ofJob(String jobName, @Nullable Integer limit) {
        if (limit != null && limit < 0) {
            throw new IllegalArgumentException(
                    "Of job " + Text.line(jobName) + " " + limit + " executions cannot be listed; ask for 0 or more.");
        }
        refuseUnstorable(jobName);
        int most = limit == null ? listed : Math.min(limit, Math.max(listed, OF_AN_INSTANCE));
        return database.read(handle -> executions.newestExecutions(handle, jobName, most));
    }

    /** Only what this node runs: WildFly stops whatever this returns when the node is suspended (contract.md §7). */
    List<Long> running(String jobName) {
        return live.values().stream()
                .filter(running -> running.execution().getJobName().equals(jobName))
                .map(running -> running.execution().getExecutionId())
                .sorted()
                .toList();
    }

    @Nullable
    JobInstance instance(long jobInstanceId) {
        return database.read(handle -> instances.find(handle, jobInstanceId))
                .map(LoadedExecutions::instance)
                .orElse(null);
    }

    /** Newest first; reads only the part that the engine asks for. */
    List<JobInstance> instances(String jobName) {
        refuseUnstorable(jobName);
        return new NewestInstances(
                (offset, limit) -> database.read(handle -> instances.newest(handle, jobName, offset, limit)).stream()
                        .map(LoadedExecutions::instance)
                        .toList());
    }

    int countInstances(String jobName) {
        refuseUnstorable(jobName);
        return Tally.count(database, scope, jobName);
    }

    /** No job is called what no database can store. */
    private static void refuseUnstorable(String jobName) {
        if (!Storable.is(jobName)) {
            throw new NoSuchJobException("There is no job '" + Text.line(jobName) + "'.");
        }
    }

    /** As their rows have them, but a step whose end is being recorded right now, itself: its job is FAILED already. */
    List<StepExecution> steps(long jobExecutionId) {
        // Before the rows are read: a step that is not among these any more has its end in its row.
        Map<Long, StepExecution> ending = stepRecorder.ending(jobExecutionId);
        List<StepExecution> result = new ArrayList<>();
        for (StepExecution stored : database.read(handle -> storedSteps.ofExecution(handle, jobExecutionId))) {
            result.add(ending.getOrDefault(stored.getStepExecutionId(), stored));
        }
        return result;
    }
}
