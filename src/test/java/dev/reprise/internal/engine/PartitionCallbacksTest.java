package dev.reprise.internal.engine;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tables of docs/partitions.md are true of partitions in threads of their node. */
@ExtendWith(ExpectedFailures.class)
class PartitionCallbacksTest extends PartitionCallbackTables {

    @RegisterExtension
    static final InProcessBatch BATCH = artifacts().build();

    PartitionCallbacksTest() {
        super(BATCH, "local");
    }
}
