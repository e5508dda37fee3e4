package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.reason.Witnessed;
import jakarta.batch.api.chunk.listener.AbstractChunkListener;
import jakarta.batch.api.chunk.listener.ItemWriteListener;
import java.util.List;
import org.jberet.runtime.context.StepContextImpl;

/**
 * The first listener of every step with chunks, which sees what failed a chunk, its commit too, before the engine serializes
 * it and perhaps cannot read it back; and whether the database was away, by what became of the connection, whatever it
 * threw. Of the thread that runs the step or partition.
 */
final class ChunkWitness extends AbstractChunkListener implements ItemWriteListener {

    /** In the execution's own copy of the job. */
    static final String REF = "reprise.chunk";

    private final Database database;
    private final LiveExecution running;
    private final StepContextImpl step;

    ChunkWitness(Database database, LiveExecution running, StepContextImpl step) {
        this.database = database;
        this.running = running;
        this.step = step;
    }

    @Override
    public void beforeWrite(List<Object> items) {}

    @Override
    public void afterWrite(List<Object> items) {}

    /** The engine judges what failed the chunk next. */
    @Override
    public void onWriteError(List<Object> items, Exception thrown) {
        RunningStep at = running.steps().find(step.getStepExecution());
        ItemJudge judge = at == null ? null : at.judge();
        if (judge != null) {
            judge.failedToEnd(thrown);
        }
    }

    @Override
    public void onError(Exception thrown) {
        RunningStep at = running.steps().find(step.getStepExecution());
        if (at != null) {
            at.troubles().failed(new Witnessed(thrown, database.transaction().wasAwayFor(thrown)));
        }
    }
}
