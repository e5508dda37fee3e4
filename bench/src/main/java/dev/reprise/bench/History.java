package dev.reprise.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a long history in a peer's PostgreSQL database: copies of a launch that the peer has recorded itself, each an
 * instance of its own, spread among the jobs and over time. Whatever the peer keeps of an execution, the copies have.
 */
final class History {

    /** Time between two executions, in milliseconds. */
    private static final int DISTANCE = 100;

    private final PeerKind kind;
    private final Database database;

    History(PeerKind kind, Database database) {
        this.kind = kind;
        this.database = database;
    }

    /** Copies the newest completed launch of {@code job-0} until there are as many executions as wanted. */
    void growTo(int executions) {
        if (kind == PeerKind.RAW) {
            return;
        }
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            long missing = executions - number(statement, "select count(*) from " + executionTable());
            if (missing > 0) {
                if (kind == PeerKind.STOCK) {
                    growStock(statement, missing);
                } else {
                    growSpringBatch(statement, missing);
                }
            }
            statement.execute("vacuum analyze");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes of tables and indexes for each execution. */
    double bytesPerExecution() {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            return (double) number(
                            statement,
                            "select sum(pg_total_relation_size(oid)) from pg_class"
                                    + " where relkind = 'r' and relnamespace = 'public'::regnamespace")
                    / number(statement, "select count(*) from " + executionTable());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many seconds ago the execution was made that has so many before it. */
    long ageOf(int before) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            return number(
                    statement,
                    "select cast(extract(epoch from localtimestamp - max(CREATE_TIME)) as bigint) from"
                            + " (select CREATE_TIME from " + executionTable() + " order by CREATE_TIME limit " + before
                            + ") oldest");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String executionTable() {
        return kind == PeerKind.STOCK ? "JOB_EXECUTION" : "BATCH_JOB_EXECUTION";
    }

    private static void growStock(Statement statement, long count) throws SQLException {
        long execution = number(
                statement,
                "select max(JOBEXECUTIONID) from JOB_EXECUTION join JOB_INSTANCE using (JOBINSTANCEID)"
                        + " where JOBNAME = 'job-0' and BATCHSTATUS = 'COMPLETED'");
        long instance =
                number(statement, "select JOBINSTANCEID from JOB_EXECUTION where JOBEXECUTIONID = " + execution);
        String instances = next(statement, "JOB_INSTANCE", "JOBINSTANCEID");
        String executions = next(statement, "JOB_EXECUTION", "JOBEXECUTIONID");
        String steps = next(statement, "STEP_EXECUTION", "STEPEXECUTIONID");
        copy(
                statement,
                "JOB_INSTANCE",
                "JOBINSTANCEID = " + instance,
                count,
                Map.of("jobinstanceid", instances, "jobname", "'job-' || g % " + BenchWar.JOBS));
        copy(
                statement,
                "JOB_EXECUTION",
                "JOBEXECUTIONID = " + execution,
                count,
                Map.of(
                        "jobexecutionid", executions,
                        "jobinstanceid", instances,
                        "jobparameters", "'run = ' || md5(g::text) || chr(10)"));
        copy(
                statement,
                "STEP_EXECUTION",
                "JOBEXECUTIONID = " + execution,
                count,
                Map.of("stepexecutionid", steps, "jobexecutionid", executions));
        for (String table : List.of("JOB_INSTANCE", "JOB_EXECUTION", "STEP_EXECUTION")) {
            String id = table.replace("_", "") + "ID";
            advance(statement, table + "_" + id + "_SEQ", table, id);
        }
    }

    private static void growSpringBatch(Statement statement, long count) throws SQLException {
        long execution = number(
                statement,
                "select max(JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION join BATCH_JOB_INSTANCE using (JOB_INSTANCE_ID)"
                        + " where JOB_NAME = 'job-0' and STATUS = 'COMPLETED'");
        long instance = number(
                statement, "select JOB_INSTANCE_ID from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = " + execution);
        long step = number(
                statement, "select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = " + execution);
        String ofExecution = "JOB_EXECUTION_ID = " + execution;
        String instances = next(statement, "BATCH_JOB_INSTANCE", "JOB_INSTANCE_ID");
        String executions = next(statement, "BATCH_JOB_EXECUTION", "JOB_EXECUTION_ID");
        String steps = next(statement, "BATCH_STEP_EXECUTION", "STEP_EXECUTION_ID");
        String job = "'job-' || g % " + BenchWar.JOBS;
        copy(
                statement,
                "BATCH_JOB_INSTANCE",
                "JOB_INSTANCE_ID = " + instance,
                count,
                Map.of("job_instance_id", instances, "job_name", job, "job_key", "md5((" + instances + ")::text)"));
        copy(
                statement,
                "BATCH_JOB_EXECUTION",
                ofExecution,
                count,
                Map.of("job_execution_id", executions, "job_instance_id", instances, "reprise_job_name", job));
        copy(
                statement,
                "BATCH_JOB_EXECUTION_PARAMS",
                ofExecution,
                count,
                Map.of("job_execution_id", executions, "parameter_value", "md5(g::text)"));
        copy(
                statement,
                "BATCH_STEP_EXECUTION",
                ofExecution,
                count,
                Map.of("step_execution_id", steps, "job_execution_id", executions));
        copy(statement, "BATCH_JOB_EXECUTION_CONTEXT", ofExecution, count, Map.of("job_execution_id", executions));
        copy(
                statement,
                "BATCH_STEP_EXECUTION_CONTEXT",
                "STEP_EXECUTION_ID = " + step,
                count,
                Map.of("step_execution_id", steps));
        if (number(statement, "select count(*) from pg_class where relname = 'reprise_transition'") == 1) {
            Map<String, String> changed = new HashMap<>(Map.of("job_execution_id", executions));
            changed.put("transition_id", next(statement, "REPRISE_TRANSITION", "TRANSITION_ID"));
            copy(statement, "REPRISE_TRANSITION", ofExecution, count, changed);
            advance(statement, "REPRISE_TRANSITION_TRANSITION_ID_SEQ", "REPRISE_TRANSITION", "TRANSITION_ID");
        }
        advance(statement, "BATCH_JOB_INSTANCE_SEQ", "BATCH_JOB_INSTANCE", "JOB_INSTANCE_ID");
        advance(statement, "BATCH_JOB_EXECUTION_SEQ", "BATCH_JOB_EXECUTION", "JOB_EXECUTION_ID");
        advance(statement, "BATCH_STEP_EXECUTION_SEQ", "BATCH_STEP_EXECUTION", "STEP_EXECUTION_ID");
    }

    /**
     * Copies rows.
     *
     * @param rows which ones, as a condition
     * @param changed what a column has instead in copy {@code g}; times move by themselves
     */
    private static void copy(Statement statement, String table, String rows, long count, Map<String, String> changed)
            throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> values = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(
                "select column_name, data_type from information_schema.columns where table_name = lower('" + table
                        + "') and table_schema = 'public' and is_generated = 'NEVER' order by ordinal_position")) {
            while (row.next()) {
                String column = row.getString(1);
                String same = row.getString(2).startsWith("timestamp")
                        ? "t.%s - (%d - g) * interval '%d milliseconds'".formatted(column, count, DISTANCE)
                        : "t." + column;
                columns.add(column);
                values.add(changed.getOrDefault(column, same));
            }
        }
        statement.execute(
                "insert into %s (%s) overriding system value select %s from %s t, generate_series(1, %d) g where %s"
                        .formatted(table, String.join(", ", columns), String.join(", ", values), table, count, rows));
    }

    /** The id of copy {@code g}. */
    private static String next(Statement statement, String table, String id) throws SQLException {
        return number(statement, "select coalesce(max(%s), 0) from %s".formatted(id, table)) + " + g";
    }

    /** A sequence with an increment of its own hands out that many at once: it goes on behind whatever it has handed out. */
    private static void advance(Statement statement, String sequence, String table, String id) throws SQLException {
        statement.execute("select setval('%s', greatest((select max(%s) from %s), (select last_value from %s)) + 1000)"
                .formatted(sequence, id, table, sequence));
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
