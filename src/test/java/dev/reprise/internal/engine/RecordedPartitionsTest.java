package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.jberet.runtime.runner.BatchletRunner;
import org.jberet.runtime.runner.ChunkRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.junit.jupiter.api.Test;

/** The self-test of partitions, with an engine in the place of the real one that has not what is relied on. */
class RecordedPartitionsTest {

    @Test
    void noticesRunnersThatAreMadeInAnotherWay() {
        assertThatExceptionOfType(NoSuchMethodException.class)
                .isThrownBy(() -> RecordedPartitions.runners(String.class, BatchletRunner.class));
        assertThatExceptionOfType(NoSuchMethodException.class)
                .isThrownBy(() -> RecordedPartitions.runners(ChunkRunner.class, String.class));
    }

    @Test
    void noticesThatAnotherRunsThem() {
        assertThat(RecordedPartitions.found(
                        List.of(ThreadPartitionHandlerFactory.getInstance(), new RecordedPartitions())))
                .isEqualTo("the engine finds org.jberet.runtime.runner.ThreadPartitionHandlerFactory");
        assertThat(RecordedPartitions.found(List.of())).isEqualTo("the engine finds none");
        assertThat(RecordedPartitions.found(
                        List.of(new RecordedPartitions(), ThreadPartitionHandlerFactory.getInstance())))
                .isNull();
    }
}
