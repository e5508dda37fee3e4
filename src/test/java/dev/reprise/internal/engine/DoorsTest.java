package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.testing.InProcessBatch;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.JobSecurityException;
import jakarta.batch.operations.JobStartException;
import jakarta.batch.operations.NoSuchJobException;
import java.lang.reflect.Proxy;
import java.util.function.Function;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.repository.JobRepository;
import org.jberet.spi.BatchEnvironment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is asked of the engine has one answer that opens; every other one closes, and says why. */
class DoorsTest {

    private static JobOperator answering(Function<String, Object> start) {
        return (JobOperator) Proxy.newProxyInstance(
                DoorsTest.class.getClassLoader(),
                new Class<?>[] {JobOperator.class},
                (self, method, arguments) -> start.apply((String) arguments[0]));
    }

    @Test
    void aServerThatKnowsNoSuchJobHasGivenItsPermission() {
        assertThatCode(() -> EngineOperator.askServer(answering(job -> {
                    throw new JobStartException(
                            "WFLYBATCH000006: Could not find the job XML file in the deployment: " + job);
                })))
                .doesNotThrowAnyException();
        try (InProcessBatch batch = InProcessBatch.builder().build().open()) {
            assertThatCode(() -> EngineOperator.askServer(batch.operator())).doesNotThrowAnyException();
        }
    }

    @Test
    void oneThatDeniesIsHeard() {
        assertThatThrownBy(() -> EngineOperator.askServer(answering(job -> {
                    throw new JobSecurityException("WFLYBATCH000020: Permission denied.");
                })))
                .hasMessage("WFLYBATCH000020: Permission denied.");
    }

    @Test
    void oneThatAnswersOtherwiseHasNotGivenIt() {
        assertRefused(answering(job -> 17L), "it has begun execution 17");
        assertRefused(
                answering(job -> {
                    throw new JobStartException("not today");
                }),
                "jakarta.batch.operations.JobStartException: not today");
        assertRefused(
                answering(job -> {
                    throw new JobStartException("no " + job, new SecurityException("you may not"));
                }),
                "jakarta.batch.operations.JobStartException: no reprise/no such job");
        assertThatThrownBy(() -> EngineOperator.askServer(answering(job -> {
                    throw new NoSuchJobException("another exception");
                })))
                .isInstanceOf(NoSuchJobException.class);
    }

    private static void assertRefused(JobOperator operator, String answer) {
        assertThatThrownBy(() -> EngineOperator.askServer(operator))
                .isInstanceOf(JobSecurityException.class)
                .hasMessage("Nothing is launched: this server was asked whether the caller may start jobs, with a job"
                        + " that there is not, and did not say that there is none: " + answer);
    }

    @Test
    void anOperatorThatHasNotStartedIsNotUpYet() {
        assertThat(EngineOperator.isUp(new AbstractJobOperator() {
                    @Override
                    public BatchEnvironment getBatchEnvironment() {
                        throw new IllegalStateException(
                                "WFLYBATCH000004: The service JobOperatorService has been stopped");
                    }
                }))
                .isFalse();
    }

    @Test
    void anOperatorOfAnotherClassWillNeverBe() {
        assertThatThrownBy(() -> EngineOperator.isUp(answering(job -> 1L)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("The batch runtime is not JBeret but class ");
        assertThatThrownBy(() -> EngineOperator.isUp(null)).hasMessage("The batch runtime is not JBeret but none");
    }

    @Test
    void norOneWithAnotherRepository() {
        BatchEnvironment environment = proxy(BatchEnvironment.class, proxy(JobRepository.class, null));
        assertThatThrownBy(() -> EngineOperator.isUp(new AbstractJobOperator() {
                    @Override
                    public BatchEnvironment getBatchEnvironment() {
                        return environment;
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("This deployment does not use the repository of Reprise.");
    }

    @Test
    void anEngineThatStartsAndReadsInAnotherWayIsNoticed() {
        assertThatExceptionOfType(NoSuchMethodException.class)
                .isThrownBy(() -> EngineOperator.starts(JobOperator.class));
        assertThatExceptionOfType(NoSuchMethodException.class)
                .isThrownBy(() -> EngineOperator.reads(JobOperator.class));
    }

    private static <T> T proxy(Class<T> type, @Nullable Object answer) {
        return type.cast(Proxy.newProxyInstance(
                DoorsTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> answer));
    }
}
