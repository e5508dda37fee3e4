package dev.reprise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reprise.bench.StatementLog.Transaction;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A transaction belongs to one phase, whatever else is in it: the job's own rows, or a bell. */
class PartitionPhaseTest {

    @Test
    void areToldByTheirStatements() {
        assertEquals(
                Optional.of(PartitionPhase.PLAN),
                of("with P as (insert into S select 1) insert into REPRISE_WORK select 1"));
        assertEquals(
                Optional.of(PartitionPhase.CLAIM),
                of(
                        "select 1 from REPRISE_WORK for update skip locked",
                        "with TAKEN as (update REPRISE_WORK set STATE = 'TAKEN')"));
        assertEquals(
                Optional.of(PartitionPhase.CHUNK),
                of(
                        "insert into FLIGHT values (1)",
                        "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1, COMMIT_COUNT = $1, REPRISE_READER_CHECKPOINT = $2"));
        assertEquals(
                Optional.of(PartitionPhase.END),
                of(
                        "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1, END_TIME = localtimestamp",
                        "update REPRISE_WORK set STATE = 'DONE' where STEP_EXECUTION_ID = $1",
                        "select pg_notify($1, $2)"));
        assertEquals(
                Optional.of(PartitionPhase.HEAR),
                of("update BATCH_STEP_EXECUTION set VERSION = VERSION + 1, COMMIT_COUNT = COMMIT_COUNT + $1"));
        assertEquals(
                Optional.of(PartitionPhase.HEAR),
                of("select 1 from REPRISE_WORK w join BATCH_STEP_EXECUTION s on true where w.STATE = 'DONE'"));
        assertEquals(
                Optional.of(PartitionPhase.LOOK),
                of("select 1 from REPRISE_WORK w join BATCH_STEP_EXECUTION s on true where w.STATE = 'TAKEN'"));
        assertEquals(Optional.empty(), of("update REPRISE_NODE set HEARTBEAT_AT = current_timestamp"));
    }

    private static Optional<PartitionPhase> of(String... statements) {
        return PartitionPhase.of(new Transaction(List.of(statements), true));
    }
}
