package dev.reprise.internal.store;

import dev.reprise.state.Placement;
import dev.reprise.state.Placement.Wait;
import dev.reprise.state.Status;
import dev.reprise.state.StepCounts;
import dev.reprise.state.StepFailure;
import dev.reprise.state.StepState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What the rows of steps and partitions say to people. Every method uses the handle of its caller. */
public final class StepStates {

    private static final String RUNNING_EXIT_CODE = "EXECUTING";

    private static final String STACK_TRACE = """
            select x.STACK_TRACE
              from BATCH_STEP_EXECUTION s
              join REPRISE_EXCEPTION x on x.STEP_EXECUTION_ID = s.STEP_EXECUTION_ID
             where s.STEP_EXECUTION_ID = :id and s.JOB_EXECUTION_ID = :execution""";

    private static final String FAILURES = """
            select STEP_NAME, EXIT_MESSAGE from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and STATUS = 'FAILED'
             order by STEP_EXECUTION_ID
             fetch first 100 rows only""";

    /** The columns of {@link StoredStep}, without checkpoints. */
    static final String COLUMNS = """
            select s.STEP_EXECUTION_ID, s.STEP_NAME, s.START_TIME, s.END_TIME, s.STATUS, s.EXIT_CODE,
                   s.READ_COUNT, s.WRITE_COUNT, s.COMMIT_COUNT, s.ROLLBACK_COUNT,
                   s.READ_SKIP_COUNT, s.PROCESS_SKIP_COUNT, s.FILTER_COUNT, s.WRITE_SKIP_COUNT""";

    private static final String STATES = COLUMNS + """
                 , s.EXIT_MESSAGE, s.REPRISE_PARTITION, s.REPRISE_PARTITION_OF, s.REPRISE_NODE, s.REPRISE_NODES_BEFORE,
                   s.REPRISE_ATTEMPT, s.REPRISE_COMMITTED_AT, w.STATE
              from BATCH_STEP_EXECUTION s
              left join REPRISE_WORK w on w.STEP_EXECUTION_ID = s.STEP_EXECUTION_ID and w.JOB_EXECUTION_ID = :execution
             where s.JOB_EXECUTION_ID = :execution
             order by s.STEP_EXECUTION_ID""";

    private static final String STATES_WITHOUT_PARTITIONS = COLUMNS + """
                 , s.EXIT_MESSAGE, s.JOB_EXECUTION_ID
              from BATCH_STEP_EXECUTION s
             where s.JOB_EXECUTION_ID in (<executions>) and s.REPRISE_PARTITION is null
             order by s.STEP_EXECUTION_ID""";

    private static final String STATES_OF_ALL = COLUMNS + """
                 , s.EXIT_MESSAGE, s.JOB_EXECUTION_ID
              from BATCH_STEP_EXECUTION s
             where s.JOB_EXECUTION_ID in (<executions>)
             order by s.STEP_EXECUTION_ID""";

    private StepStates() {}

    public static Optional<String> stackTrace(Handle handle, long executionId, long stepExecutionId) {
        return handle.createQuery(STACK_TRACE)
                .bind("execution", executionId)
                .bind("id", stepExecutionId)
                .mapTo(String.class)
                .findOne();
    }

    public static List<StepFailure> failures(Handle handle, long executionId) {
        return handle.createQuery(FAILURES)
                .bind("execution", executionId)
                .map((row, context) -> {
                    String trace = row.getString(2);
                    return new StepFailure(
                            row.getString(1),
                            trace == null ? "" : trace.lines().findFirst().orElse(""));
                })
                .list();
    }

    /** The steps in the order of their start, each with its partitions by number. */
    public static List<StepState> states(Handle handle, long executionId) {
        Map<Long, StepState> steps = new LinkedHashMap<>();
        Map<Long, SortedMap<Integer, StepState>> partitions = new HashMap<>();
        handle.createQuery(STATES)
                .bind("execution", executionId)
                .map((row, context) -> {
                    StepState state = state(row, placement(row));
                    Long partitionOf = row.getObject("REPRISE_PARTITION_OF", Long.class);
                    if (partitionOf == null) {
                        steps.put(state.id(), state);
                    } else {
                        partitions
                                .computeIfAbsent(partitionOf, step -> new TreeMap<>())
                                .put(row.getInt("REPRISE_PARTITION"), state);
                    }
                    return state;
                })
                .list();
        return steps.values().stream()
                .map(step -> whole(step, partitions.getOrDefault(step.id(), Collections.emptySortedMap())))
                .toList();
    }

    /** Of several executions, by execution; a partitioned step that runs counts what its ended partitions did. */
    public static Map<Long, List<StepState>> statesWithoutPartitions(Handle handle, Collection<Long> executionIds) {
        return states(handle, STATES_WITHOUT_PARTITIONS, executionIds);
    }

    /** Of several executions, by execution, the partitions as if they were steps. */
    public static Map<Long, List<StepState>> states(Handle handle, Collection<Long> executionIds) {
        return states(handle, STATES_OF_ALL, executionIds);
    }

    private static Map<Long, List<StepState>> states(Handle handle, String query, Collection<Long> executionIds) {
        Map<Long, List<StepState>> states = new HashMap<>();
        handle.createQuery(query)
                .bindList("executions", List.copyOf(executionIds))
                .map((row, context) -> states.computeIfAbsent(row.getLong("JOB_EXECUTION_ID"), id -> new ArrayList<>())
                        .add(state(row, null)))
                .list();
        return states;
    }

    /** Partitions that run have not been added to their step's row yet. */
    private static StepState whole(StepState step, SortedMap<Integer, StepState> partitions) {
        StepCounts counts = partitions.values().stream()
                .filter(partition -> partition.ended() == null)
                .map(StepState::counts)
                .reduce(step.counts(), StepCounts::plus);
        return new StepState(
                step.id(),
                step.name(),
                step.status(),
                step.exitStatus(),
                step.started(),
                step.ended(),
                counts,
                step.failure(),
                null,
                List.copyOf(partitions.values()));
    }

    private static @Nullable Placement placement(ResultSet row) throws SQLException {
        Integer died = row.getObject("REPRISE_ATTEMPT", Integer.class);
        if (died == null) {
            return null;
        }
        String state = row.getString("STATE");
        String before = row.getString("REPRISE_NODES_BEFORE");
        Date committed = Rows.date(row, "REPRISE_COMMITTED_AT");
        return new Placement(
                "PLANNED".equals(state) || "READY".equals(state) ? Wait.valueOf(state) : null,
                row.getString("REPRISE_NODE"),
                before == null ? List.of() : before.lines().toList(),
                died,
                committed == null ? null : committed.toInstant());
    }

    private static StepState state(ResultSet row, @Nullable Placement placement) throws SQLException {
        String trace = row.getString("EXIT_MESSAGE");
        Date started = Rows.date(row, "START_TIME");
        Date ended = Rows.date(row, "END_TIME");
        return new StepState(
                row.getLong("STEP_EXECUTION_ID"),
                row.getString("STEP_NAME"),
                Status.of(row.getString("STATUS")),
                exitStatus(row),
                started == null ? null : started.toInstant(),
                ended == null ? null : ended.toInstant(),
                counts(row),
                trace == null ? "" : trace.lines().findFirst().orElse(""),
                placement,
                List.of());
    }

    static @Nullable String exitStatus(ResultSet row) throws SQLException {
        String exitCode = row.getString("EXIT_CODE");
        return exitCode == null || exitCode.equals(RUNNING_EXIT_CODE) ? null : exitCode;
    }

    static StepCounts counts(ResultSet row) throws SQLException {
        return new StepCounts(
                row.getLong("READ_COUNT"),
                row.getLong("WRITE_COUNT"),
                row.getLong("FILTER_COUNT"),
                row.getLong("COMMIT_COUNT"),
                row.getLong("ROLLBACK_COUNT"),
                row.getLong("READ_SKIP_COUNT"),
                row.getLong("PROCESS_SKIP_COUNT"),
                row.getLong("WRITE_SKIP_COUNT"));
    }
}
