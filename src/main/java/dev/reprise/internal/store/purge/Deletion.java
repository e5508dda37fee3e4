package dev.reprise.internal.store.purge;

import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The rows of instances go, children first. Every method uses the handle of its caller. */
final class Deletion {

    private static final String EXECUTIONS_OF =
            "select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where JOB_INSTANCE_ID = any(:instances)";

    private static final String STEPS_OF =
            "select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = any(:executions)";

    /** Children first. */
    private static final List<String> DELETE_OF_STEPS = List.of(
            "delete from REPRISE_EXCEPTION where STEP_EXECUTION_ID = any(:ids)",
            "delete from BATCH_STEP_EXECUTION_CONTEXT where STEP_EXECUTION_ID = any(:ids)",
            "delete from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = any(:ids)");

    private static final List<String> DELETE_OF_EXECUTIONS = List.of(
            "delete from REPRISE_TRANSITION where JOB_EXECUTION_ID = any(:ids)",
            "delete from BATCH_JOB_EXECUTION_CONTEXT where JOB_EXECUTION_ID = any(:ids)",
            "delete from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID = any(:ids)",
            "delete from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = any(:ids)");

    private static final String DELETE_INSTANCES = "delete from BATCH_JOB_INSTANCE where JOB_INSTANCE_ID = any(:ids)";

    /** What a refusal names: the first that completed, or else the first that was abandoned. */
    private static final String KEEP_IDENTITY = """
            update BATCH_JOB_INSTANCE i
               set (REPRISE_FINAL_STATUS, REPRISE_FINAL_EXECUTION, REPRISE_FINAL_TIME) =
                   (select e.STATUS, e.JOB_EXECUTION_ID, e.END_TIME
                      from BATCH_JOB_EXECUTION e
                     where e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID and e.STATUS in ('COMPLETED', 'ABANDONED')
                     order by case e.STATUS when 'COMPLETED' then 0 else 1 end, e.JOB_EXECUTION_ID
                     fetch first 1 row only)
             where i.JOB_INSTANCE_ID = any(:ids)""";

    private Deletion() {}

    /** The executions of some instances. */
    static List<Long> executionsOf(Handle handle, Collection<Long> instances) {
        return longs(handle, EXECUTIONS_OF, "instances", instances);
    }

    /** Instances of which all executions go still say why they can never run again. */
    static void keepIdentity(Handle handle, Collection<Long> instances) {
        update(handle, KEEP_IDENTITY, instances);
    }

    /** Executions go, and all that is theirs. */
    static void ofExecutions(Handle handle, Collection<Long> executions) {
        List<Long> stepIds = longs(handle, STEPS_OF, "executions", executions);
        DELETE_OF_STEPS.forEach(delete -> update(handle, delete, stepIds));
        DELETE_OF_EXECUTIONS.forEach(delete -> update(handle, delete, executions));
    }

    /** Instances go that have no executions any more. */
    static void ofInstances(Handle handle, Collection<Long> instances) {
        update(handle, DELETE_INSTANCES, instances);
    }

    private static List<Long> longs(Handle handle, String query, String name, Collection<Long> ids) {
        return ids.isEmpty()
                ? List.of()
                : query(handle, query, name, ids).mapTo(Long.class).list();
    }

    static Query query(Handle handle, String query, String name, Collection<Long> ids) {
        return handle.registerArrayType(Long.class, "bigint").createQuery(query).bind(name, array(ids));
    }

    private static void update(Handle handle, String statement, Collection<Long> ids) {
        if (!ids.isEmpty()) {
            handle.registerArrayType(Long.class, "bigint")
                    .createUpdate(statement)
                    .bind("ids", array(ids))
                    .execute();
        }
    }

    static Long[] array(Collection<Long> ids) {
        return ids.toArray(Long[]::new);
    }
}
