package dev.reprise.internal.store;

import dev.reprise.internal.database.Sql;
import dev.reprise.internal.database.Tables;
import java.sql.Connection;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What collectors gave of partitions that any node may run (contract.md §9). Each piece is committed with the chunk or the end
 * that it is of: none is lost and none comes twice, wherever the partition goes on.
 */
public final class CollectedData {

    /** As many as are read at a time. */
    public static final int AT_ONCE = 1000;

    private static final Sql INSERT = Sql.of("""
            insert into REPRISE_COLLECTED (STEP_EXECUTION_ID, PARTITION_OF, JOB_EXECUTION_ID, DATA)
            select STEP_EXECUTION_ID, REPRISE_PARTITION_OF, JOB_EXECUTION_ID, :userData
              from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = :id""");

    private static final String TAKE_BACK = """
            delete from REPRISE_COLLECTED
             where PLACE = (select max(PLACE) from REPRISE_COLLECTED where STEP_EXECUTION_ID = :id)""";

    private static final String FIND = """
            select PLACE, STEP_EXECUTION_ID, PARTITION_OF, DATA
              from REPRISE_COLLECTED
             where PARTITION_OF = any (cast(:steps as bigint[]))
             order by PLACE
             fetch first :most rows only""";

    private static final String FORGET = "delete from REPRISE_COLLECTED where PLACE = any (cast(:places as bigint[]))";

    private static final String OF_EXECUTION = "delete from REPRISE_COLLECTED where JOB_EXECUTION_ID = :execution";

    private CollectedData() {}

    /**
     * One piece.
     *
     * @param place greater than those of earlier pieces of its partition
     * @param partition the row of the partition
     * @param data as it was serialized; null if the collector gave null
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares pieces
    public record Piece(long place, long partition, long partitionOf, byte @Nullable [] data) {}

    /** Stores what was collected of a partition since its last commit, in the transaction of the connection. */
    static void insert(Connection connection, Tables tables, StepRow partition) {
        for (byte[] data : partition.collected()) {
            Map<String, @Nullable Object> values = new HashMap<>();
            values.put("id", partition.id());
            values.put("userData", data);
            tables.qualified(INSERT).update(connection, values);
        }
    }

    /** The inverse of {@link #insert}. */
    static void takeBack(Handle handle, StepRow partition) {
        partition
                .collected()
                .forEach(piece -> handle.createUpdate(TAKE_BACK)
                        .bind("id", partition.id())
                        .execute());
    }

    /** What came of these steps and is not forgotten yet, in the order in which it came of each partition; not all at once. */
    public static List<Piece> find(Handle handle, Collection<Long> steps) {
        return Work.arrays(handle)
                .createQuery(FIND)
                .bind("steps", steps.toArray(Long[]::new))
                .bind("most", AT_ONCE)
                .map((row, context) -> new Piece(row.getLong(1), row.getLong(2), row.getLong(3), row.getBytes(4)))
                .list();
    }

    /** Their steps have these. */
    public static void forget(Handle handle, List<Piece> pieces) {
        Work.arrays(handle)
                .createUpdate(FORGET)
                .bind("places", pieces.stream().map(Piece::place).toArray(Long[]::new))
                .execute();
    }

    /** Nobody waits for anything of the execution any more. */
    static void end(Handle handle, long executionId) {
        handle.createUpdate(OF_EXECUTION).bind("execution", executionId).execute();
    }
}
