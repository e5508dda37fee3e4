package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.state.StepCounts;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.annotation.Resource;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that the database refuses are skipped ones of their step, and only if their chunk commits. */
@ExtendWith(ExpectedFailures.class)
class BulkWriterJobTest {

    /** In chunks of five: the third one breaks a rule, the eighth one has a key for the second time. */
    private static final String ROWS = "n\n1\n2\n-3\n4\n5\n6\n7\n7\n9\n10\n11\n12\n";

    /** Comes once when the chunk with 7 has been written. */
    static @Nullable Supplier<Exception> trouble;

    static final class Hiccup extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @Dependent
    @Named("numberWriter")
    static class NumberWriter extends AbstractItemWriter {

        private static final BulkWriter<CsvRecord> WRITER = new BulkWriter<>(
                BulkTable.<CsvRecord>named("NUMBER").column("N", row -> Integer.valueOf(row.field("n"))));

        @Resource
        DataSource dataSource;

        @Inject
        WriteSkips skips;

        @Override
        public void writeItems(List<Object> items) throws Exception {
            List<CsvRecord> rows = items.stream().map(CsvRecord.class::cast).toList();
            try (Connection connection = dataSource.getConnection()) {
                skips.add(WRITER.write(connection, rows, 9, NumberWriter::reject));
            }
            Supplier<Exception> now = trouble;
            if (now != null && rows.stream().anyMatch(row -> row.field(0).equals("7"))) {
                trouble = null;
                throw now.get();
            }
        }

        private static void reject(Connection connection, CsvRecord row, int index, SQLException reason)
                throws SQLException {
            BulkDatabase.execute(connection, "insert into REJECTED values (" + row.line() + ")");
        }
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void countsRefusedRowsOfCommittedChunksAsSkipped(BulkDatabase database) throws Exception {
        Path file = Files.writeString(folder.resolve("numbers.csv"), ROWS);
        try (InProcessBatch batch = InProcessBatch.builder()
                .database(database.url())
                .beans(CsvItemReader.class, NumberWriter.class, WriteSkips.class)
                .build()
                .open()) {
            DataSource dataSource = batch.dataSource();
            try (Connection connection = dataSource.getConnection()) {
                BulkDatabase.execute(connection, "create table NUMBER (N integer primary key check (N >= 0))");
                BulkDatabase.execute(connection, "create table REJECTED (LINE integer)");
            }

            trouble = null;
            JobRun plain = run(batch, "plain", file);
            assertThat(plain.step("load").counts()).isEqualTo(new StepCounts(12, 10, 0, 3, 0, 0, 0, 2));
            assertThat(takeNumbers(dataSource)).containsExactly("1 2 4 5 6 7 9 10 11 12", "4 9");

            trouble = Hiccup::new;
            JobRun retried = run(batch, "retried", file);
            assertThat(retried.status()).isEqualTo(BatchStatus.COMPLETED);
            StepCounts counts = retried.step("load").counts();
            assertThat(List.of(counts.written(), counts.writeSkips(), counts.rollbacks()))
                    .containsExactly(10L, 2L, 1L);
            assertThat(takeNumbers(dataSource)).containsExactly("1 2 4 5 6 7 9 10 11 12", "4 9");

            trouble = Hiccup::new;
            JobRun skipped = run(batch, "skipped", file);
            assertThat(skipped.step("load").counts())
                    .as("one row and one chunk")
                    .isEqualTo(new StepCounts(12, 6, 0, 2, 0, 0, 0, 2));
            assertThat(takeNumbers(dataSource)).containsExactly("1 2 4 5 11 12", "4");

            trouble = () -> new IllegalStateException("trouble");
            JobRun failed = run(batch, "failing", file);
            assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
            assertThat(failed.step("load").counts()).isEqualTo(new StepCounts(10, 4, 0, 1, 1, 0, 0, 1));
            JobRun restarted = run(batch, "failing", file);
            assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
            assertThat(restarted.step("load").counts()).isEqualTo(new StepCounts(7, 6, 0, 2, 0, 0, 0, 1));
            assertThat(takeNumbers(dataSource)).containsExactly("1 2 4 5 6 7 9 10 11 12", "4 9");
        }
    }

    private static JobRun run(InProcessBatch batch, String job, Path file) {
        StepBuilder step = new StepBuilder("load")
                .reader("repriseCsvReader", new String[] {"file", file.toString()}, new String[] {"columns", "n"})
                .writer("numberWriter")
                .itemCount(5);
        if (job.equals("retried")) {
            step.retryableExceptionsInclude(List.of(Hiccup.class.getName()));
        } else if (job.equals("skipped")) {
            step.skippableExceptionsInclude(List.of(Hiccup.class.getName()));
        }
        batch.define(new JobBuilder(job).step(step.build()).build());
        return batch.run(job);
    }

    private static List<String> takeNumbers(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            List<String> taken = List.of(
                    String.join(" ", BulkDatabase.rows(connection, "select N from NUMBER order by N")),
                    String.join(" ", BulkDatabase.rows(connection, "select LINE from REJECTED order by LINE")));
            BulkDatabase.execute(connection, "delete from NUMBER");
            BulkDatabase.execute(connection, "delete from REJECTED");
            return taken;
        }
    }
}
