package dev.reprise.internal.engine;

import dev.reprise.PostgresServer;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tables of docs/partitions.md are true of partitions that any node may run, which learns of them from the database. */
@ExtendWith(ExpectedFailures.class)
class DistributedPartitionCallbacksTest extends PartitionCallbackTables {

    @RegisterExtension
    static final InProcessBatch BATCH =
            artifacts().database(PostgresServer.emptySchemaUrl()).build();

    DistributedPartitionCallbacksTest() {
        super(BATCH, "distributed");
    }
}
