package dev.reprise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reprise.bench.StatementLog.Transaction;
import dev.reprise.internal.store.Work;
import dev.reprise.internal.store.WorkOfSteps;
import dev.reprise.internal.store.WorkOfTheDead;
import dev.reprise.internal.store.WorkPlan;
import java.lang.reflect.Field;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A transaction belongs to one phase, whatever else is in it: the job's own rows, or a bell. */
class PartitionPhaseTest {

    /** By the names of the constants: a new one is to have a phase, unless nobody needs it as long as all goes well. */
    @Test
    void areToldByTheStatementsOfTheLibrary() throws IllegalAccessException {
        Map<PartitionPhase, Set<String>> told = new EnumMap<>(PartitionPhase.class);
        for (Class<?> room : List.of(Work.class, WorkPlan.class, WorkOfSteps.class, WorkOfTheDead.class)) {
            for (Field field : room.getDeclaredFields()) {
                if (field.getType() == String.class) {
                    field.setAccessible(true);
                    told.computeIfAbsent(of((String) field.get(null)), phase -> new HashSet<>())
                            .add(room.getSimpleName() + "." + field.getName());
                }
            }
        }

        Set<String> ifSomethingIsWrong = told.remove(PartitionPhase.OTHER);
        assertEquals(
                Map.of(
                        PartitionPhase.PLAN, Set.of("WorkPlan.PLAN"),
                        PartitionPhase.CLAIM, Set.of("Work.WAITING", "Work.TAKE"),
                        PartitionPhase.END, Set.of("Work.DONE"),
                        PartitionPhase.HEAR,
                                Set.of(
                                        "WorkOfSteps.ENDED",
                                        "WorkOfSteps.FORGET",
                                        "WorkOfSteps.NEXT",
                                        "WorkOfSteps.SET_COUNTS"),
                        PartitionPhase.LOOK,
                                Set.of(
                                        "Work.HELD",
                                        "WorkOfTheDead.FIND",
                                        "WorkOfTheDead.FORGET_COLLECTED",
                                        "WorkOfTheDead.FORGET_ENDED")),
                told);
        assertEquals(
                Set.of(
                        "Work.PUT_BACK",
                        "WorkOfTheDead.END",
                        "WorkPlan.PLANNED_BEFORE",
                        "WorkOfSteps.HAS_COUNTS",
                        "WorkOfSteps.OF_EXECUTION",
                        "WorkOfSteps.STOP_TAKEN",
                        "WorkOfSteps.STOP_WAITING"),
                ifSomethingIsWrong);
    }

    @Test
    void areToldByAnyStatementOfATransaction() {
        assertEquals(
                PartitionPhase.CHUNK,
                of(
                        "insert into FLIGHT values (1)",
                        "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1, COMMIT_COUNT = $1, REPRISE_READER_CHECKPOINT = $2"));
        assertEquals(
                PartitionPhase.END,
                of(
                        "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1, COMMIT_COUNT = $1",
                        "update REPRISE_WORK set STATE = 'DONE' where STEP_EXECUTION_ID = $1",
                        "select pg_notify($1, $2)"));
        assertEquals(
                PartitionPhase.READ,
                of("select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID in ($1)"));
    }

    @Test
    void leaveNothingOut() {
        assertEquals(
                PartitionPhase.OTHER,
                of("update REPRISE_NODE set HEARTBEAT_AT = current_timestamp returning"
                        + " exists (select 1 from REPRISE_WORK)"));
        assertEquals(PartitionPhase.OTHER, of("select what nobody has thought of from REPRISE_WORK"));
    }

    private static PartitionPhase of(String... statements) {
        return PartitionPhase.of(new Transaction(
                List.of(statements).stream().map(StatementLog::oneLine).toList(), true));
    }
}
