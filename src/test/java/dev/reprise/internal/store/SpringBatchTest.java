package dev.reprise.internal.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.PurgeCandidate;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.Refusal;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.AbstractJob;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameter;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobExecutionAlreadyRunningException;
import org.springframework.batch.core.launch.JobInstanceAlreadyCompleteException;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** contract.md §7: Spring Batch 6 reads what this repository writes, and its launcher respects it. */
class SpringBatchTest {

    private final org.jberet.job.model.Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void readsInstancesExecutionsStepsAndCounts(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.shared(kind);
        TestNode node = TestNode.on(database);
        JobExecutionImpl failed = node.run(job, "month", "2001-01", "-note", "a\nb");
        StepExecutionImpl extract = node.step(failed, "extract");
        node.end(extract, BatchStatus.COMPLETED);
        StepExecutionImpl load = node.step(failed, "load");
        node.commit(failed, load, new Chunk(10, 2, "10"));
        node.failToWrite(load, new Chunk(10, 1, "20"));
        node.skipWrite(load, new Chunk(10, 1, "20"));
        load.getStepMetrics().increment(MetricType.READ_SKIP_COUNT, 3);
        load.getStepMetrics().increment(MetricType.PROCESS_SKIP_COUNT, 4);
        load.setException(new IllegalStateException("broken"));
        load.setBatchStatus(BatchStatus.FAILED);
        load.setExitStatus("BROKEN");
        node.repository.updateStepExecution(load);
        node.end(failed, BatchStatus.FAILED, "LATE");
        JobExecutionImpl again = node.rerun(failed.getExecutionId(), job);
        StepExecutionImpl loadAgain = node.step(again, "load", failed);
        PartitionExecutionImpl partition = node.partition(loadAgain, 0, null);

        JobRepository spring = springOn(database);
        JobInstance instance = requireNonNull(spring.getJobInstance(job.getId(), parameters("2001-01")));
        assertThat(instance.getInstanceId()).isEqualTo(failed.getJobInstance().getInstanceId());
        assertThat(spring.getJobInstanceCount(job.getId())).isEqualTo(1);
        assertThat(spring.getJobNames()).contains(job.getId());
        assertThat(spring.getJobExecutions(instance))
                .extracting(JobExecution::getId)
                .containsExactlyInAnyOrder(failed.getExecutionId(), again.getExecutionId());

        JobExecution first = requireNonNull(spring.getJobExecution(failed.getExecutionId()));
        assertThat(first.getStatus()).isEqualTo(org.springframework.batch.core.BatchStatus.FAILED);
        assertThat(first.getExitStatus().getExitCode()).isEqualTo("LATE");
        assertThat(first.getExitStatus().getExitDescription()).startsWith("java.lang.IllegalStateException: broken");
        assertThat(first.getEndTime()).isNotNull().isAfterOrEqualTo(first.getStartTime());
        assertThat(first.getJobParameters().parameters())
                .containsExactlyInAnyOrder(
                        new JobParameter<>("month", "2001-01", String.class, true),
                        new JobParameter<>("note", "a\nb", String.class, false));
        assertThat(first.getStepExecutions())
                .extracting(StepExecution::getStepName)
                .containsExactlyInAnyOrder("extract", "load");
        StepExecution step = first.getStepExecutions().stream()
                .filter(each -> each.getStepName().equals("load"))
                .findFirst()
                .orElseThrow();
        assertThat(step.getStatus()).isEqualTo(org.springframework.batch.core.BatchStatus.FAILED);
        assertThat(step.getExitStatus().getExitCode()).isEqualTo("BROKEN");
        assertThat(step.getExitStatus().getExitDescription())
                .startsWith("java.lang.IllegalStateException: broken")
                .contains("at dev.reprise");
        assertThat(List.of(
                        step.getReadCount(),
                        step.getWriteCount(),
                        step.getFilterCount(),
                        step.getCommitCount(),
                        step.getRollbackCount(),
                        step.getReadSkipCount(),
                        step.getProcessSkipCount(),
                        step.getWriteSkipCount()))
                .isEqualTo(List.of(30L, 8L, 2L, 1L, 1L, 3L, 4L, 1L));
        assertThat(step.getExecutionContext().isEmpty()).isTrue();

        JobExecution second = requireNonNull(spring.getLastJobExecution(instance));
        assertThat(second.getId()).isEqualTo(again.getExecutionId());
        assertThat(second.isRunning()).isTrue();
        assertThat(second.getExitStatus().getExitCode()).isEqualTo("UNKNOWN");
        assertThat(spring.findRunningJobExecutions(job.getId()))
                .extracting(JobExecution::getId)
                .containsExactly(again.getExecutionId());
        assertThat(second.getStepExecutions())
                .extracting(
                        StepExecution::getStepName, each -> each.getExitStatus().getExitCode())
                .containsExactlyInAnyOrder(tuple("load", "EXECUTING"), tuple("load:partition0", "EXECUTING"));
        StepExecution last = requireNonNull(spring.getLastStepExecution(instance, "load"));
        assertThat(last.getId()).isEqualTo(loadAgain.getStepExecutionId());
        node.end(again, partition, BatchStatus.FAILED);
    }

    @ParameterizedTest
    @EnumSource
    void doesNotLaunchWhatCompletedOrRunsHere(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.shared(kind);
        TestNode node = TestNode.on(database);
        JobExecutionImpl execution = node.run(job, "month", "2001-01", "-note", "x");
        JobRepository spring = springOn(database);
        JobOperator launcher = launcher(spring);

        assertThatThrownBy(() -> launcher.start(springJob(spring), parameters("2001-01")))
                .isInstanceOf(JobExecutionAlreadyRunningException.class);
        node.end(execution, BatchStatus.COMPLETED);
        assertThatThrownBy(() -> launcher.start(springJob(spring), parameters("2001-01")))
                .isInstanceOf(JobInstanceAlreadyCompleteException.class);
        assertThat(spring.getJobInstanceCount(job.getId())).isEqualTo(1);
    }

    /** It finds an instance without executions, and does not know what to make of it. */
    @ParameterizedTest
    @EnumSource
    void doesNotLaunchWhatCompletedBeforeItsHistoryWasPurged(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.shared(kind);
        TestNode node = TestNode.on(database);
        node.end(node.run(job, "month", "2001-01"), BatchStatus.COMPLETED);
        node.end(node.run(job, "month", "2001-02"), BatchStatus.COMPLETED);
        Purges purges = node.repository.purges();
        Purges.Walk walk = purges.walk(PurgeRequest.olderThan(Duration.ZERO).ofJob(job.getId()));
        List<PurgeCandidate> old = walk.look(purges.beginning()).instances().subList(0, 1);
        assertThat(walk.remove(old, null).instances()).hasSize(1);
        JobRepository spring = springOn(database);

        assertThatThrownBy(() -> launcher(spring).start(springJob(spring), parameters("2001-01")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot find any job execution for job instance");
        assertThat(spring.getJobInstanceCount(job.getId())).isEqualTo(2);
    }

    /** And the other way round. Ids come from the same sequences. */
    @ParameterizedTest
    @EnumSource
    void launchesAreRespectedHere(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.shared(kind);
        TestNode node = TestNode.on(database);
        JobRepository spring = springOn(database);

        JobExecution theirs = launcher(spring).start(springJob(spring), parameters("2001-01"));

        assertThat(theirs.getStatus()).isEqualTo(org.springframework.batch.core.BatchStatus.COMPLETED);
        assertThatThrownBy(() -> node.start(job, "month", "2001-01"))
                .isInstanceOfSatisfying(LaunchRefusedException.class, refused -> {
                    assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.ALREADY_COMPLETE);
                    assertThat(refused.refusal().executionId()).isEqualTo(theirs.getId());
                });
        assertThat(node.start(job, "month", "2001-02").getExecutionId()).isGreaterThan(theirs.getId());
    }

    private static JobParameters parameters(String month) {
        Set<JobParameter<?>> parameters = new LinkedHashSet<>();
        parameters.add(new JobParameter<>("month", month, String.class, true));
        return new JobParameters(parameters);
    }

    /** A job that completes at once. */
    private Job springJob(JobRepository repository) {
        AbstractJob completes = new AbstractJob(job.getId()) {
            @Override
            public @Nullable Step getStep(String name) {
                return null;
            }

            @Override
            public Collection<String> getStepNames() {
                return List.of();
            }

            @Override
            protected void doExecute(JobExecution execution) {
                execution.setStatus(org.springframework.batch.core.BatchStatus.COMPLETED);
                execution.setExitStatus(ExitStatus.COMPLETED);
            }
        };
        completes.setJobRepository(repository);
        return completes;
    }

    private static JobOperator launcher(JobRepository repository) throws Exception {
        TaskExecutorJobOperator launcher = new TaskExecutorJobOperator();
        launcher.setJobRepository(repository);
        launcher.setJobRegistry(new MapJobRegistry());
        launcher.setTaskExecutor(new SyncTaskExecutor());
        launcher.afterPropertiesSet();
        return launcher;
    }

    private static JobRepository springOn(TestDatabase database) throws Exception {
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(database.plain());
        factory.setTransactionManager(new JdbcTransactionManager(database.plain()));
        factory.afterPropertiesSet();
        JobRepository repository = factory.getObject();
        if (repository == null) {
            throw new AssertionError("no repository");
        }
        return repository;
    }
}
