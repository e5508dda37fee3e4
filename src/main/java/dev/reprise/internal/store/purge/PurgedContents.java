package dev.reprise.internal.store.purge;

import dev.reprise.internal.store.StepStates;
import dev.reprise.internal.store.Transitions;
import dev.reprise.internal.store.history.ExecutionStates;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.PurgedExecution;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** What an archive gets of executions that are about to go. */
final class PurgedContents {

    private static final String KEYS = """
            select e.JOB_EXECUTION_ID, i.JOB_KEY
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
             where e.JOB_EXECUTION_ID = any(:ids)""";

    private PurgedContents() {}

    static List<PurgedExecution> of(Handle handle, Transitions transitions, List<Long> executions) {
        Map<Long, List<StepState>> stepsOf = StepStates.states(handle, executions);
        Map<Long, List<TransitionTaken>> transitionsOf = transitions.ofExecutions(handle, Deletion.array(executions));
        Map<Long, String> keys = new HashMap<>();
        Deletion.query(handle, KEYS, "ids", executions)
                .map((row, context) -> keys.put(row.getLong(1), row.getString(2)))
                .list();
        List<PurgedExecution> contents = new ArrayList<>();
        for (ExecutionState execution : ExecutionStates.of(handle, executions)) {
            contents.add(new PurgedExecution(
                    keys.getOrDefault(execution.id(), ""),
                    execution,
                    stepsOf.getOrDefault(execution.id(), List.of()),
                    transitionsOf.getOrDefault(execution.id(), List.of())));
        }
        return contents;
    }
}
