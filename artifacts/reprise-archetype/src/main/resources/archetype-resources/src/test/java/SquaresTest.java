package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** In this process, without a server. */
class SquaresTest {

    @RegisterExtension
    static final InProcessBatch batch =
            InProcessBatch.builder().beans(Numbers.class, Squares.class).build();

    @Test
    void goesOnAfterTheLastCommittedChunk() {
        batch.failAt("print", 5);

        JobRun failed = batch.run("squares", Map.of("day", "2026-03-01"));
        JobRun restarted = batch.run("squares", Map.of("day", "2026-03-01"));

        assertEquals(3, failed.step("print").counts().written());
        assertEquals(BatchStatus.COMPLETED, restarted.status(), restarted::toString);
    }
}
