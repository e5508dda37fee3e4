package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.util.stream.LongStream;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §7.8 */
class ExecutionListsTest {

    private static final int LISTED = 1000;

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void ofAnInstanceHaveTheNewestThousandExecutions(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.on(database);
        JobExecutionImpl first = node.run(job);
        node.end(first, BatchStatus.FAILED);
        long newest = first.getExecutionId() + LISTED + 1;
        database.execute("""
                insert into BATCH_JOB_EXECUTION (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, END_TIME, STATUS,
                    REPRISE_JOB_NAME, REPRISE_APPLICATION)
                with recursive MORE (ID) as (
                    select JOB_EXECUTION_ID + 1 from BATCH_JOB_EXECUTION union all select ID + 1 from MORE where ID < ?)
                select MORE.ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, END_TIME, STATUS, REPRISE_JOB_NAME, REPRISE_APPLICATION
                from MORE cross join BATCH_JOB_EXECUTION""", newest);

        assertThat(node.repository.getJobExecutions(first.getJobInstance()))
                .extracting(JobExecution::getExecutionId)
                .containsExactlyElementsOf(LongStream.rangeClosed(newest - LISTED + 1, newest)
                        .boxed()
                        .toList());
    }
}
