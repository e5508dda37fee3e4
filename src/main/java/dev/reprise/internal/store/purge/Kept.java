package dev.reprise.internal.store.purge;

import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.Scope;
import org.jdbi.v3.core.Handle;

/**
 * What of a job stays because it is new.
 *
 * @param execution the oldest execution of those
 */
record Kept(long execution, long instance) {

    /**
     * The last of those that stay, and the newest instance: on its parameters numbered runs go on.
     */
    private static final String KEPT = """
            select (select JOB_EXECUTION_ID from (
            <executions>) e
                     order by JOB_EXECUTION_ID desc
                    offset :others rows fetch next 1 row only) as EXECUTION,
                   (select max(JOB_INSTANCE_ID) from (
            <instances>) i) as INSTANCE""";

    private static final String NEWEST_INSTANCE_OF_ONE = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
             where REPRISE_APPLICATION between :scope and :scope and JOB_NAME between :job and :job
             order by REPRISE_APPLICATION desc, JOB_NAME desc, JOB_INSTANCE_ID desc
             fetch first 1 row only""";

    /** Where nothing stays because it is new. */
    static final Kept NOTHING = new Kept(Long.MAX_VALUE, 0);

    /** The statement that {@link #read} asks for what a scope keeps with. */
    static String statement(Scope scope) {
        return KEPT.replace("<executions>", scope.each(JobExecutions.NEWEST_EXECUTIONS_OF_ONE))
                .replace("<instances>", scope.each(NEWEST_INSTANCE_OF_ONE));
    }

    /**
     * What is kept of a job.
     *
     * @param keep how many executions, at least 1
     */
    static Kept read(Handle handle, String statement, Scope scope, String job, int keep) {
        return handle.createQuery(statement)
                .bindMap(scope.bindings())
                .bind("job", job)
                .bind("limit", keep)
                .bind("others", keep - 1)
                .map((row, context) -> new Kept(row.getLong(1), row.getLong(2)))
                .one();
    }
}
