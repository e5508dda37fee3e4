package dev.reprise.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.engine.stored.KeptValue;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.commons.lang3.tuple.ImmutablePair;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints are values of the JDK and of the application's own classes; a library's classes must be named. */
class CheckpointsTest {

    /** Of this class path's directory, as an application's classes are of {@code WEB-INF/classes}. */
    record Position(String file, long line, Kind kind, List<Long> open) implements Serializable {
        enum Kind {
            LINE,
            BYTE {
                @Override
                boolean exact() {
                    return true;
                }
            };

            boolean exact() {
                return false;
            }
        }
    }

    private final Job job = TestNode.job();

    @Test
    void areShownInOneLineWithoutMarksOfOthers() throws Exception {
        Checkpoints checkpoints = new Checkpoints(CheckpointsTest.class.getClassLoader(), "");

        assertThat(checkpoints.shown(KeptValue.serialized("{\n  file: day.csv,\r\n\tline: 7\n}\n")))
                .isEqualTo("{ file: day.csv, line: 7 }");
    }

    @ParameterizedTest
    @EnumSource
    void ofTheApplicationsOwnClassesComeBack(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        Position position = new Position("f.csv", 7, Position.Kind.BYTE, new ArrayList<>(List.of(1L)));

        Position read = (Position) saved(node, position).getReaderCheckpointInfo();

        assertThat(read).isNotNull().usingRecursiveComparison().isEqualTo(position);
    }

    @ParameterizedTest
    @EnumSource
    void ofTheJdksValuesComeBack(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        Object[] values = {
            "text",
            1L,
            new BigDecimal("1.50"),
            UUID.randomUUID(),
            Instant.EPOCH,
            LocalDate.EPOCH,
            Locale.KOREA,
            java.net.URI.create("file:/x"),
            new int[][] {{1}, {2, 3}},
            new ArrayList<>(List.of("a", 1)),
            List.of("a", "b"),
            List.of(),
            List.of("a", "b", "c"),
            Set.of("a"),
            Set.of("a", "b", "c"),
            Map.of("k", LocalDate.EPOCH),
            Map.of("k", 1, "l", 2),
            EnumSet.of(DayOfWeek.MONDAY),
            ZonedDateTime.of(LocalDate.EPOCH, LocalTime.NOON, ZoneId.of("Asia/Seoul")),
            Duration.ofDays(1),
            new TreeMap<>(Map.of("k", new BigDecimal("2")))
        };

        Object[] read = (Object[]) saved(node, values).getReaderCheckpointInfo();

        assertThat(Arrays.deepEquals(read, values))
                .as(Arrays.deepToString(read))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void ofALibrarysClassesAreRejectedWithWhatToDo(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));

        assertThatThrownBy(() -> save(node, new ArrayList<>(List.of(ImmutablePair.of("a", "b")))))
                .isInstanceOf(NotRecordedError.class)
                .hasMessageContaining("the reader checkpoint of step load")
                .hasMessageContaining("org.apache.commons.lang3.tuple.ImmutablePair")
                .hasMessageContaining("reprise.serial-filter");
    }

    @ParameterizedTest
    @EnumSource
    void ofALibrarysClassesAreLetInByTheFilter(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind)).with("org.apache.commons.lang3.tuple.*");
        StepExecutionImpl step = save(node, ImmutablePair.of("a", "b"));

        assertThat(node.original("load", node.load(execution(node, step), job)).getReaderCheckpointInfo())
                .isEqualTo(ImmutablePair.of("a", "b"));
    }

    @ParameterizedTest
    @EnumSource
    void ofClassesThatTheFilterRejectsAreRejectedEvenIfTheyAreOurs(TestDatabase.Kind kind) {
        TestNode before = TestNode.on(TestDatabase.shared(kind));
        StepExecutionImpl step = save(before, new Position("f", 1, Position.Kind.LINE, List.of()));
        TestNode node = TestNode.on(TestDatabase.shared(kind)).with("!" + Position.class.getName());

        assertThatThrownBy(() -> node.original("load", node.load(execution(node, step), job)))
                .isInstanceOf(BatchRuntimeException.class);
    }

    private StepExecutionImpl saved(TestNode node, Serializable checkpoint) {
        StepExecutionImpl step = save(node, checkpoint);
        return node.original("load", node.load(execution(node, step), job));
    }

    private StepExecutionImpl save(TestNode node, Serializable checkpoint) {
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        node.commit(execution, step, new Chunk(1, 0, checkpoint));
        node.end(step, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);
        return step;
    }

    private static long execution(TestNode node, StepExecutionImpl step) {
        return Long.parseLong(node.database.row(
                "select JOB_EXECUTION_ID from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = ?",
                step.getStepExecutionId()));
    }
}
