package dev.reprise.internal.engine;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.doorbell.Bell;
import dev.reprise.internal.doorbell.Doorbell;
import dev.reprise.internal.engine.partition.PartitionNumbers;
import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.store.CollectedData.Piece;
import dev.reprise.internal.store.RunningSteps;
import dev.reprise.internal.store.Secrets;
import dev.reprise.internal.store.WorkOfSteps;
import dev.reprise.internal.store.WorkPlan;
import dev.reprise.internal.store.WorkPlan.Limits;
import dev.reprise.internal.store.WorkPlan.Planned;
import dev.reprise.state.StepCounts;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.operations.BatchRuntimeException;
import java.io.IOException;
import java.io.Serializable;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jspecify.annotations.Nullable;

/** Records the partitions of a step that any node may run: all when it begins, and what they did when they have ended. Thread-safe. */
final class PlanRecorder {

    /** What a plan's properties are encrypted as, in a job that has secrets. */
    private static final String PROPERTIES = "partition plan";

    private final Database database;
    private final RunningSteps steps;
    private final Secrets secrets;
    private final Checkpoints checkpoints;
    private final Doorbell doorbell;

    PlanRecorder(Database database, RunningSteps steps, Secrets secrets, Checkpoints checkpoints, Doorbell doorbell) {
        this.database = database;
        this.steps = steps;
        this.secrets = secrets;
        this.checkpoints = checkpoints;
        this.doorbell = doorbell;
    }

    /**
     * Plans the partitions that the engine has added.
     *
     * @param numbers null where the plan begins now
     * @throws IllegalStateException if this is a restart and the plan has changed
     */
    void plan(
            LiveExecution running,
            RunningStep step,
            @Nullable PartitionNumbers numbers,
            PartitionPlan plan,
            Limits limits) {
        List<NewRow> added = running.steps().release(step);
        if (numbers != null) {
            numbers.check(added.size());
        }
        List<Planned> partitions =
                added.stream().map(row -> planned(running, row, plan)).toList();
        step.setPartitioned();
        long executionId = running.execution().getExecutionId();
        AtomicBoolean again = new AtomicBoolean();
        database.throughOutages(running, handle -> {
            if (!again.getAndSet(true) || !WorkPlan.isThere(handle, step, executionId, partitions.size())) {
                WorkPlan.insert(handle, step, executionId, running.node(), partitions, limits);
                if (numbers == null) {
                    steps.beginPlan(handle, step, partitions.size());
                }
                doorbell.ring(handle, Bell.WORK);
            }
            return step;
        });
    }

    private Planned planned(LiveExecution running, NewRow row, PartitionPlan plan) {
        PartitionExecutionImpl partition = (PartitionExecutionImpl) row.execution();
        Properties[] properties = plan.getPartitionProperties();
        int number = partition.getPartitionId();
        String text = properties == null || number >= properties.length ? null : text(properties[number]);
        return new Planned(
                number,
                row.name(),
                text == null || !running.hasSecrets()
                        ? text
                        : secrets.encrypted(running.execution().getJobName(), PROPERTIES, text),
                Kept.allOf(partition));
    }

    /** Properties have a date of their own in their text, which is nobody's business. */
    private static @Nullable String text(@Nullable Properties properties) {
        if (properties == null || properties.isEmpty()) {
            return null;
        }
        Properties all = new Properties();
        properties.stringPropertyNames().forEach(name -> all.setProperty(name, properties.getProperty(name)));
        StringWriter text = new StringWriter();
        try {
            all.store(text, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().lines().filter(line -> !line.startsWith("#")).collect(Collectors.joining("\n"));
    }

    /**
     * The properties of a partition, as its plan has them.
     *
     * @throws IllegalStateException if they are encrypted, and this node cannot read them
     */
    Properties properties(String job, @Nullable String stored) {
        Properties properties = new Properties();
        if (stored != null) {
            try {
                properties.load(new StringReader(secrets.plain(job, PROPERTIES, stored)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return properties;
    }

    /**
     * What was collected of a partition.
     *
     * @throws BatchRuntimeException if this node cannot read it
     */
    @Nullable
    Serializable collected(RunningStep step, Piece piece) {
        return checkpoints.read(piece.data(), "what the collector of step " + step.name() + " gave");
    }

    /**
     * Some have ended: the row of their step says what all did that have.
     *
     * @param more what those did that have ended now
     */
    void count(LiveExecution running, RunningStep step, StepCounts total, StepCounts more) {
        boolean ours = database.mustRecord(running, handle -> WorkOfSteps.count(handle, step, total));
        if (ours) {
            step.added(more);
        } else {
            step.fence();
        }
    }
}
