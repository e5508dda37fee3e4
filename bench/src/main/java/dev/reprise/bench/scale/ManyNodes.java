package dev.reprise.bench.scale;

import dev.reprise.bench.peer.Answer;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.doorbell.Doorbells;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.UUID;

/** Nodes in one process that run the partitions of one job together. Not thread-safe. */
public final class ManyNodes implements AutoCloseable {

    private final AgroalDataSource dataSource;
    private final WaitingJob job;
    private final List<WorkingNode> nodes = new ArrayList<>();

    /**
     * Makes the tables in an empty database, and lets nodes join.
     *
     * @param slots how many partitions a node runs at a time
     * @param doorbell {@code none} or {@code notify}
     * @param partitions of the job
     * @param chunks of each partition
     * @param millis that each of them waits in all
     */
    public ManyNodes(
            String url,
            String user,
            String password,
            int count,
            int slots,
            String doorbell,
            int partitions,
            int chunks,
            int millis)
            throws SQLException {
        dataSource = Pool.small(url, user, password, 4);
        Schema.migrate(dataSource);
        job = new WaitingJob(partitions, chunks, millis);
        Doorbells.Way way = Doorbells.Way.valueOf(doorbell.toUpperCase(Locale.ROOT));
        for (int i = 0; i < count; i++) {
            nodes.add(WorkingNode.join(url, user, password, "node-" + i, slots, way, job));
        }
        nodes.forEach(WorkingNode::begin);
    }

    /** Runs the job; returns when it has ended. */
    public Answer run() throws SQLException, InterruptedException {
        Properties parameters = new Properties();
        parameters.setProperty("run", UUID.randomUUID().toString());
        long begin = System.nanoTime();
        long execution = nodes.get(0).start(job.model(), parameters);
        String status;
        do {
            Thread.sleep(20);
            status = text("select case when END_TIME is null then '' else STATUS end from BATCH_JOB_EXECUTION"
                    + " where JOB_EXECUTION_ID = " + execution);
        } while (status.isEmpty());
        double seconds = (System.nanoTime() - begin) / 1e9;
        String partitions =
                "from BATCH_STEP_EXECUTION where REPRISE_PARTITION is not null and JOB_EXECUTION_ID = " + execution;
        return new Answer()
                .put("seconds", seconds)
                .put("status", status)
                .put("completed", text("select count(*) " + partitions + " and STATUS = 'COMPLETED'"))
                .put("nodes", text("select count(distinct REPRISE_NODE) " + partitions));
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    @Override
    public void close() {
        nodes.forEach(WorkingNode::close);
        dataSource.close();
    }
}
