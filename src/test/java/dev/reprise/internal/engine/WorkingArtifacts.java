package dev.reprise.internal.engine;

import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.api.chunk.AbstractCheckpointAlgorithm;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.api.chunk.listener.AbstractChunkListener;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.PartitionAnalyzer;
import jakarta.batch.api.partition.PartitionCollector;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.api.partition.PartitionReducer;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.StepExecution;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;

/** A job in which every artifact writes to a table, WORKED, whenever it is called; each place of that may have its trouble. */
final class WorkingArtifacts {

    static final String TABLE = "create table WORKED (PLACE varchar(100), N integer)";

    /** Rows of each item, once for each of two partitions and once for a step of its own. */
    static final String WRITTEN = "select N from WORKED where PLACE = 'write' order by N";

    private static final TransactionManager TRANSACTIONS = InProcessBatch.transactionManager();

    /** What happens once where an artifact works. */
    static final Map<String, Trouble> TROUBLE = new ConcurrentHashMap<>();

    /** Where the transaction that it has begun stays open, once. */
    static final Set<String> LEFT_OPEN = ConcurrentHashMap.newKeySet();

    @FunctionalInterface
    interface Trouble {
        void happens(Connection connection) throws Exception;
    }

    private static @Nullable DataSource dataSource;

    private WorkingArtifacts() {}

    static InProcessBatch.Builder in(InProcessBatch.Builder batch) {
        made(batch, "reader", Reader::new);
        made(batch, "writer", Writer::new);
        made(batch, "both", ReaderAndWriter::new);
        made(batch, "batchlet", Batchlet::new);
        made(batch, "listener", Listener::new);
        made(batch, "chunkListener", ChunkListener::new);
        made(batch, "algorithm", Algorithm::new);
        made(batch, "decider", ADecider::new);
        made(batch, "mapper", Mapper::new);
        made(batch, "reducer", Reducer::new);
        made(batch, "collector", Collector::new);
        made(batch, "analyzer", Analyzer::new);
        return batch;
    }

    /** In a constructor, which throws nothing that is checked. */
    private static void made(InProcessBatch.Builder batch, String name, Supplier<?> artifact) {
        batch.artifact(name, () -> {
            try {
                work(name + " made");
            } catch (Exception e) {
                throw new IllegalStateException("cannot be made: " + e, e);
            }
            return artifact.get();
        });
    }

    /** They work there. */
    static void use(DataSource database) {
        dataSource = database;
        TROUBLE.clear();
        LEFT_OPEN.clear();
    }

    /** Every kind of step, with listeners. */
    static Job job(String id, String reader, String writer, int timeOut) {
        return new JobBuilder(id)
                .listener("listener")
                .step(chunks("partitioned", reader, writer)
                        .property("jakarta.transaction.global.timeout", String.valueOf(timeOut))
                        .partitionMapper("mapper")
                        .partitionReducer("reducer")
                        .partitionCollector("collector")
                        .partitionAnalyzer("analyzer")
                        .next("plain")
                        .build())
                .step(chunks("plain", reader, writer)
                        .listener("listener")
                        .listener("chunkListener")
                        .checkpointPolicy("custom")
                        .checkpointAlgorithm("algorithm")
                        .next("which")
                        .build())
                .decision(new DecisionBuilder("which", "decider")
                        .nextOn("*")
                        .to("last")
                        .build())
                .step(new StepBuilder("last").batchlet("batchlet").build())
                .build();
    }

    static StepBuilder chunks(String id, String reader, String writer) {
        return new StepBuilder(id).reader(reader).writer(writer).itemCount(2);
    }

    /** In the transaction of the thread, or in one of its own. */
    private static void work(String place) throws Exception {
        work(place, 0);
    }

    private static void work(String place, int number) throws Exception {
        boolean own = TRANSACTIONS.getStatus() == Status.STATUS_NO_TRANSACTION;
        if (own) {
            TRANSACTIONS.begin();
        }
        try (Connection connection = Objects.requireNonNull(dataSource).getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("insert into WORKED values ('" + place + "', " + number + ")");
            }
            Trouble trouble = TROUBLE.remove(place);
            if (trouble != null) {
                trouble.happens(connection);
            }
        }
        if (own && !LEFT_OPEN.remove(place)) {
            TRANSACTIONS.commit();
        }
    }

    /** Every two items. */
    public static final class Algorithm extends AbstractCheckpointAlgorithm {

        private int read;

        @Override
        public void beginCheckpoint() throws Exception {
            work("beginCheckpoint");
        }

        @Override
        public boolean isReadyToCheckpoint() {
            read++;
            return read % 2 == 0;
        }

        @Override
        public void endCheckpoint() throws Exception {
            work("endCheckpoint");
        }
    }

    /** Four numbers. */
    public static class Reader implements ItemReader {

        private int read;

        @Override
        public void open(@Nullable Serializable checkpoint) throws Exception {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
            work("reader open");
        }

        @Override
        public void close() throws Exception {
            work("reader close");
        }

        @Override
        public @Nullable Object readItem() throws Exception {
            if (read == 4) {
                return null;
            }
            read++;
            if (read == 1) {
                work("read");
            }
            return read;
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    /** Writes them. */
    public static class Writer implements ItemWriter {

        @Override
        public void open(@Nullable Serializable checkpoint) throws Exception {
            work("writer open");
        }

        @Override
        public void close() throws Exception {
            work("writer close");
        }

        @Override
        public void writeItems(List<Object> items) throws Exception {
            for (Object item : items) {
                work("write", (Integer) item);
            }
        }

        @Override
        public @Nullable Serializable checkpointInfo() {
            return null;
        }
    }

    /** Of one class; each is either. */
    public static final class ReaderAndWriter extends Reader implements ItemWriter {

        @Override
        public void writeItems(List<Object> items) throws Exception {
            new Writer().writeItems(items);
        }
    }

    /** Works. */
    public static final class Batchlet extends AbstractBatchlet {

        @Override
        public String process() throws Exception {
            work("process");
            return "done";
        }
    }

    /** Of job and step. */
    public static final class Listener implements JobListener, StepListener {

        @Override
        public void beforeJob() throws Exception {
            work("beforeJob");
        }

        @Override
        public void afterJob() throws Exception {
            work("afterJob");
        }

        @Override
        public void beforeStep() throws Exception {
            work("beforeStep");
        }

        @Override
        public void afterStep() throws Exception {
            work("afterStep");
        }
    }

    /** Decides nothing. */
    public static final class ADecider implements Decider {

        @Override
        public String decide(StepExecution[] executions) throws Exception {
            work("decide");
            return "on";
        }
    }

    /** Two partitions. */
    public static final class Mapper implements PartitionMapper {

        @Override
        public PartitionPlan mapPartitions() throws Exception {
            work("mapPartitions");
            PartitionPlanImpl plan = new PartitionPlanImpl();
            plan.setPartitions(2);
            return plan;
        }
    }

    /** Does something each time but when it rolls back. */
    public static final class Reducer implements PartitionReducer {

        @Override
        public void beginPartitionedStep() throws Exception {
            work("beginPartitionedStep");
        }

        @Override
        public void beforePartitionedStepCompletion() throws Exception {
            work("beforePartitionedStepCompletion");
        }

        @Override
        public void rollbackPartitionedStep() {}

        @Override
        public void afterPartitionedStepCompletion(PartitionStatus status) throws Exception {
            if (status == PartitionStatus.COMMIT) {
                work("afterPartitionedStepCompletion");
            }
        }
    }

    /** Analyzes what comes of partitions. */
    public static final class Analyzer implements PartitionAnalyzer {

        @Override
        public void analyzeCollectorData(@Nullable Serializable data) throws Exception {
            work("analyzeCollectorData");
        }

        @Override
        public void analyzeStatus(BatchStatus status, @Nullable String exitStatus) throws Exception {
            work("analyzeStatus");
        }
    }

    /** Collects. */
    public static final class Collector implements PartitionCollector {

        @Override
        public Serializable collectPartitionData() throws Exception {
            work("collectPartitionData");
            return "data";
        }
    }

    /** In the chunk's transaction. */
    public static final class ChunkListener extends AbstractChunkListener {

        @Override
        public void beforeChunk() throws Exception {
            work("beforeChunk");
        }

        @Override
        public void afterChunk() throws Exception {
            work("afterChunk");
        }
    }
}
