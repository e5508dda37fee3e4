package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.server.ClusterDatabase;
import dev.reprise.server.Trials;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What has to be in the tables after every test, whatever it broke. */
final class Aftermath {

    private static final String OWNED = """
            select o.JOB_EXECUTION_ID, o.NODE_ID, e.REPRISE_JOB_NAME, e.STATUS
              from REPRISE_OWNER o join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID""";

    private static final String RUNNING_JOBS = """
            select JOB_EXECUTION_ID, REPRISE_NODE, REPRISE_JOB_NAME, STATUS from BATCH_JOB_EXECUTION
             where STATUS in ('STARTING', 'STARTED', 'STOPPING', 'UNKNOWN')""";

    private static final String RUNNING_STEPS = """
            select STEP_EXECUTION_ID, JOB_EXECUTION_ID, STEP_NAME, STATUS from BATCH_STEP_EXECUTION
             where STATUS in ('STARTING', 'STARTED', 'STOPPING', 'UNKNOWN')""";

    private static final String TO_DO = "select STEP_EXECUTION_ID, JOB_EXECUTION_ID, STATE, NODE_ID from REPRISE_WORK";

    private static final String PLANNED = "select JOB_EXECUTION_ID, ATTEMPT, NODE_ID from REPRISE_RESTART";

    private static final String EXECUTIONS_OF_RUN = """
            select e.JOB_EXECUTION_ID, e.STATUS, e.EXIT_CODE, e.REPRISE_NODE, e.EXIT_MESSAGE
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ?
             order by e.JOB_EXECUTION_ID""";

    private static final String STEPS_OF_RUN = """
            select s.JOB_EXECUTION_ID, s.STEP_NAME, s.STATUS, s.WRITE_COUNT, s.COMMIT_COUNT, s.EXIT_MESSAGE
              from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ?
             order by s.STEP_EXECUTION_ID""";

    private static final String TWICE = """
            select STEP, ITEM, count(*) from TEST_ITEM where RUN = ?
             group by STEP, ITEM having count(*) <> 1 order by STEP, ITEM limit 5""";

    private static final String WRITTEN = "select STEP, count(*) from TEST_ITEM where RUN = ? group by STEP";

    private static final String COUNTED = """
            select s.STEP_NAME, sum(s.WRITE_COUNT)
              from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and s.REPRISE_PARTITION_OF is null
             group by s.STEP_NAME having sum(s.WRITE_COUNT) > 0""";

    private static final String COMPLETED_BEFORE = """
            select count(*)
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and e.STATUS = 'COMPLETED' and e.END_TIME <= ?""";

    private static final String END = "select END_TIME from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?";

    private static final String ITEMS =
            "select STEP, count(*), count(distinct ITEM) from TEST_ITEM where RUN = ? group by STEP";

    /** Of what came from a run since a time, its end included, the two that are farthest from each other. */
    private static final String LONGEST_STALL = """
            with CAME as (
                select cast(? as timestamp) as AT
                union select WRITTEN_AT from TEST_ITEM where RUN = ? and WRITTEN_AT > ?
                union select e.END_TIME
                        from BATCH_JOB_EXECUTION e
                        join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                       where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and e.STATUS = 'COMPLETED'
                         and e.END_TIME > ?)
            select BEFORE, AT
              from (select AT, lag(AT) over (order by AT) as BEFORE from CAME) PAIR
             where BEFORE is not null order by AT - BEFORE desc limit 1""";

    private final ClusterDatabase database;

    Aftermath(ClusterDatabase database) {
        this.database = database;
    }

    /** Waits until no execution and no step looks as if it ran, nothing has an owner, and nothing is to be done or restarted. */
    void nothingRuns() {
        await("nothing runs").pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
            assertThat(database.rows(OWNED)).as("owned").isEmpty();
            assertThat(database.rows(RUNNING_JOBS))
                    .as("executions that look as if they ran")
                    .isEmpty();
            assertThat(database.rows(RUNNING_STEPS))
                    .as("steps that look as if they ran")
                    .isEmpty();
            assertThat(database.rows(TO_DO))
                    .as("partitions that any node may run")
                    .isEmpty();
            assertThat(database.rows(PLANNED)).as("restarts still to come").isEmpty();
        });
    }

    /** Waits until the newest execution of a run is COMPLETED, and says what there is if that does not come. */
    void completes(String run) {
        await("run " + run + " completes").pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            List<List<String>> executions = executions(run);
            assertThat(executions).as("executions of " + run).isNotEmpty();
            assertThat(executions.get(executions.size() - 1).get(1))
                    .as(() -> "the last of the executions " + executions + " with the steps " + steps(run))
                    .isEqualTo("COMPLETED");
        });
    }

    /** Whether a run was quicker than what was to befall it. */
    boolean completedBefore(String run, LocalDateTime fault) {
        return database.number(COMPLETED_BEFORE, run, fault) > 0;
    }

    /** Each item is there once, and the steps say that they have written as many. */
    void wrote(String run, Map<String, Integer> itemsOfSteps) {
        Map<String, String> expected = new TreeMap<>();
        itemsOfSteps.forEach((step, items) -> expected.put(step, String.valueOf(items)));
        wroteNothingTwice(run);
        assertThat(written(run))
                .as(() -> "items of " + run + ", with " + steps(run))
                .isEqualTo(expected);
    }

    /** No item is there twice, and the steps say that they have written as many as there are. */
    void wroteNothingTwice(String run) {
        assertThat(database.rows(TWICE, run))
                .as(() -> "items of " + run + " written more than once, with " + steps(run))
                .isEmpty();
        assertThat(numbers(COUNTED, run))
                .as(() -> "WRITE_COUNT of " + steps(run))
                .isEqualTo(written(run));
    }

    /** What has become of a run of which nothing runs any more. */
    Trials.Harm harm(Work.Run run) {
        List<List<String>> executions = executions(run.name());
        int restarts = executions.size() - 1;
        List<String> last = executions.get(restarts);
        if (!last.get(1).equals("COMPLETED")) {
            boolean policy = run.work().isBatchlet() && last.get(4).startsWith("Node ");
            return new Trials.Harm(0, 0, policy ? 0 : 1, policy ? 1 : 0, restarts, List.of());
        }
        int lost = run.work().written().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        int twice = 0;
        for (List<String> row : database.rows(ITEMS, run.name())) {
            int different = Integer.parseInt(row.get(2));
            twice += Integer.parseInt(row.get(1)) - different;
            lost -= different;
        }
        return new Trials.Harm(lost, twice, 0, 0, restarts, List.of());
    }

    /** A time in which a run wrote nothing. */
    record Stall(String run, LocalDateTime from, LocalDateTime to) {
        Duration lasting() {
            return Duration.between(from, to);
        }
    }

    /** The longest time in which nothing came from a run that writes, after a fault; empty if it had ended. */
    Optional<Stall> longestStall(String run, LocalDateTime fault) {
        return database.rows(LONGEST_STALL, fault, run, fault, run, fault).stream()
                .map(row -> new Stall(run, time(row.get(0)), time(row.get(1))))
                .findAny();
    }

    private static LocalDateTime time(String text) {
        return Timestamp.valueOf(text).toLocalDateTime();
    }

    private Map<String, String> written(String run) {
        return numbers(WRITTEN, run);
    }

    private Map<String, String> numbers(String sql, String run) {
        Map<String, String> numbers = new TreeMap<>();
        database.rows(sql, run).forEach(row -> numbers.put(row.get(0), row.get(1)));
        return numbers;
    }

    /** Of a run: id, status, exit code, node and message. */
    List<List<String>> executions(String run) {
        return database.rows(EXECUTIONS_OF_RUN, run);
    }

    /** Of a run, partitions too: execution, name, status, written, commits, message. */
    List<List<String>> steps(String run) {
        return database.rows(STEPS_OF_RUN, run);
    }

    /** Waits for an execution's end. */
    LocalDateTime end(long execution) {
        return await("execution " + execution + " ends")
                .pollInterval(Duration.ofMillis(50))
                .until(() -> database.time(END, execution), Optional::isPresent)
                .orElseThrow();
    }
}
