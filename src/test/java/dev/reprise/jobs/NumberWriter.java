package dev.reprise.jobs;

import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes numbers to TEST_ITEM, and makes trouble after its SQL in the chunk that holds a given number. */
@Named
@Dependent
public class NumberWriter extends AbstractItemWriter {

    private final String run;
    private final @Nullable String trouble;
    private final int troubleAt;
    private final boolean looksUp;
    private final StepContext step;

    private final @Nullable DataSource another;

    @Resource(lookup = "java:jboss/datasources/reprise")
    private DataSource dataSource;

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transactions;

    @Inject
    @SuppressWarnings("BanJNDI") // the name is the test's
    NumberWriter(
            @BatchProperty(name = "run") String run,
            @BatchProperty(name = "trouble") @Nullable String trouble,
            @BatchProperty(name = "troubleAt") @Nullable String troubleAt,
            @BatchProperty(name = "dataSource") @Nullable String dataSource,
            @BatchProperty(name = "looksUp") @Nullable String looksUp,
            StepContext step)
            throws NamingException {
        this.another = dataSource == null || dataSource.equals("reprise")
                ? null
                : InitialContext.doLookup("java:jboss/datasources/" + dataSource);
        this.run = run;
        this.trouble = trouble;
        this.troubleAt = troubleAt == null ? 0 : Integer.parseInt(troubleAt);
        this.looksUp = Boolean.parseBoolean(looksUp);
        this.step = step;
    }

    /** Looks something up, as many do that have to know where they write. */
    @Override
    public void open(@Nullable Serializable checkpoint) throws SQLException {
        lookUp();
    }

    @Override
    public void close() throws SQLException {
        lookUp();
    }

    private void lookUp() throws SQLException {
        if (looksUp) {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select 1 from TEST_ITEM fetch first row only");
            }
        }
    }

    @Override
    public void writeItems(List<Object> items) throws Exception {
        try (Connection connection = (another == null ? dataSource : another).getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into TEST_ITEM (RUN, STEP, ITEM) values (?, ?, ?)")) {
            for (Object item : items) {
                insert.setString(1, run);
                insert.setString(2, step.getStepName());
                insert.setInt(3, (Integer) item);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        if (trouble != null && items.contains(troubleAt)) {
            switch (trouble) {
                case "throw" -> throw new IllegalStateException("trouble after the SQL of item " + troubleAt);
                case "version" -> raiseVersion();
                case "timeout" -> awaitEndOfTransaction();
                case "timeoutAtCommit" -> awaitEndOfTransactionBeforeItsCommit();
                default -> throw new IllegalArgumentException(trouble);
            }
        }
    }

    private void awaitEndOfTransaction() {
        while (transactions.getTransactionStatus() == Status.STATUS_ACTIVE
                || transactions.getTransactionStatus() == Status.STATUS_ROLLING_BACK) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private void awaitEndOfTransactionBeforeItsCommit() {
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                awaitEndOfTransaction();
            }

            @Override
            public void afterCompletion(int status) {}
        });
    }

    /** As another node does that takes the execution over: on a connection and in a transaction of its own. */
    private void raiseVersion() throws InterruptedException {
        Thread other = new Thread(() -> {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement update = connection.prepareStatement(
                            "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1 where STEP_EXECUTION_ID = ?")) {
                update.setLong(1, step.getStepExecutionId());
                update.executeUpdate();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        other.start();
        other.join();
    }
}
