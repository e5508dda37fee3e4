package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.api.chunk.CheckpointAlgorithm;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.api.chunk.listener.ChunkListener;
import jakarta.batch.api.chunk.listener.ItemProcessListener;
import jakarta.batch.api.chunk.listener.ItemReadListener;
import jakarta.batch.api.chunk.listener.ItemWriteListener;
import jakarta.batch.api.chunk.listener.RetryProcessListener;
import jakarta.batch.api.chunk.listener.RetryReadListener;
import jakarta.batch.api.chunk.listener.RetryWriteListener;
import jakarta.batch.api.chunk.listener.SkipProcessListener;
import jakarta.batch.api.chunk.listener.SkipReadListener;
import jakarta.batch.api.chunk.listener.SkipWriteListener;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** contract.md §8.4: what is recorded as the cause of a failure is what was thrown, at the element that threw it, or nothing. */
@ExtendWith(ExpectedFailures.class)
class ReasonTest {

    private static final Set<String> THROWING = ConcurrentHashMap.newKeySet();

    /** How many causes it has. */
    private static final AtomicInteger DEEP = new AtomicInteger();

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact(
                    "audit",
                    () -> any(
                            StepListener.class,
                            ChunkListener.class,
                            ItemReadListener.class,
                            ItemProcessListener.class,
                            ItemWriteListener.class,
                            SkipReadListener.class,
                            SkipProcessListener.class,
                            SkipWriteListener.class,
                            RetryReadListener.class,
                            RetryProcessListener.class,
                            RetryWriteListener.class))
            .artifact("books", () -> any(JobListener.class))
            .artifact("src", () -> any(ItemReader.class))
            .artifact("map", () -> any(ItemProcessor.class))
            .artifact("sink", () -> any(ItemWriter.class))
            .artifact("pace", () -> any(CheckpointAlgorithm.class))
            .artifact("work", () -> any(Batchlet.class))
            .artifact("choose", () -> any(Decider.class))
            .artifact("unborn", () -> {
                throw new UnsupportedOperationException("not today");
            })
            .artifact("injected", Injected::new)
            .artifact("stubborn", Stubborn::new)
            .build();

    /** Does nothing, or throws where it is to. */
    private static Object any(Class<?>... faces) {
        List<Object> items = new ArrayList<>(List.of("a", "b"));
        return Proxy.newProxyInstance(ReasonTest.class.getClassLoader(), faces, (proxy, method, arguments) -> {
            if (THROWING.contains(method.getName())) {
                throw new IllegalStateException("as wanted", deep(DEEP.get()));
            }
            return switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == arguments[0];
                case "toString" -> "any";
                case "readItem" -> items.isEmpty() ? null : items.remove(0);
                case "processItem" -> arguments[0];
                case "checkpointTimeout" -> 60;
                case "isReadyToCheckpoint" -> true;
                case "checkpointInfo" -> "here";
                case "process", "decide" -> "DONE";
                default -> null;
            };
        });
    }

    private static @Nullable Exception deep(int causes) {
        Exception deep = null;
        for (int i = 0; i < causes; i++) {
            deep = new IllegalStateException(i + " above the bottom", deep);
        }
        return deep;
    }

    /** A number is injected that is none. */
    public static final class Injected extends AbstractBatchlet {

        @Inject
        @BatchProperty
        private int number;

        @Override
        public String process() {
            return String.valueOf(number);
        }
    }

    /** Throws what cannot be serialized, and so not be handed on by the engine. */
    public static final class Stubborn extends AbstractBatchlet {

        private static final class Unserializable extends RuntimeException {

            private static final long serialVersionUID = 1L;

            @SuppressWarnings({"serial", "UnusedVariable"}) // that is what it is for
            private final Object lock = new Object();

            Unserializable() {
                super("as wanted");
            }
        }

        @Override
        public String process() {
            throw new Unserializable();
        }
    }

    @BeforeEach
    void nothingThrows() {
        THROWING.clear();
        DEEP.set(0);
    }

    private static StepBuilder chunk() {
        return new StepBuilder("load")
                .reader("src")
                .processor("map")
                .writer("sink")
                .checkpointPolicy("custom")
                .checkpointAlgorithm("pace")
                .listener("audit");
    }

    private static JobRun fails(StepBuilder step, String... throwing) {
        THROWING.addAll(List.of(throwing));
        BATCH.define(new JobBuilder("told").listener("books").step(step.build()).build());
        JobRun run = BATCH.run("told");
        assertThat(run.status()).as("%s", run).isEqualTo(BatchStatus.FAILED);
        return run;
    }

    private static void isTold(JobRun run, String element) {
        assertThat(run.failure()).isEqualTo(element + ": java.lang.IllegalStateException: as wanted");
    }

    @ParameterizedTest
    @CsvSource({
        "beforeStep, step listener audit",
        "afterStep, step listener audit",
        "open, item reader src",
        "readItem, item reader src",
        "checkpointInfo, item reader src",
        "processItem, item processor map",
        "writeItems, item writer sink",
        "close, item writer sink",
        "checkpointTimeout, checkpoint algorithm pace",
        "beginCheckpoint, checkpoint algorithm pace",
        "isReadyToCheckpoint, checkpoint algorithm pace",
        "endCheckpoint, checkpoint algorithm pace",
        "beforeChunk, chunk listener audit",
        "afterChunk, chunk listener audit",
        "beforeRead, item read listener audit",
        "afterRead, item read listener audit",
        "beforeProcess, item process listener audit",
        "afterProcess, item process listener audit",
        "beforeWrite, item write listener audit",
        "afterWrite, item write listener audit",
    })
    void isWhatAnElementOfAStepThrew(String method, String element) {
        JobRun run = fails(chunk(), method);

        isTold(run, element + " (" + method + ") of step load");
        assertThat(run.step("load").failure()).isEqualTo(run.failure());
        assertThat(trace(run)).startsWith(run.failure()).contains("\tat ");
    }

    private static String trace(JobRun run) {
        return BATCH.repository()
                .recorded()
                .stackTrace(run.executionId(), run.step("load").id())
                .orElse("");
    }

    /** Whoever is told of an exception and throws another one does not hide the first. */
    @ParameterizedTest
    @CsvSource({
        "readItem, onReadError, item read listener, NONE",
        "processItem, onProcessError, item process listener, NONE",
        "writeItems, onWriteError, item write listener, NONE",
        "readItem, onError, chunk listener, NONE",
        "readItem, onSkipReadItem, skip read listener, SKIP",
        "processItem, onSkipProcessItem, skip process listener, SKIP",
        "writeItems, onSkipWriteItem, skip write listener, SKIP",
        "readItem, onRetryReadException, retry read listener, RETRY",
        "processItem, onRetryProcessException, retry process listener, RETRY",
        "writeItems, onRetryWriteException, retry write listener, RETRY",
    })
    void isAlsoWhatAListenerThrewThatWasToldOfSomething(String first, String method, String listener, String policy) {
        StepBuilder step = chunk();
        if (policy.equals("SKIP")) {
            step.skippableExceptionsInclude(List.of(IllegalStateException.class.getName()));
        } else if (policy.equals("RETRY")) {
            step.retryableExceptionsInclude(List.of(IllegalStateException.class.getName()));
        }

        JobRun run = fails(step, first, method);

        isTold(run, listener + " audit (" + method + ") of step load");
        assertThat(trace(run)).contains("Suppressed: java.lang.IllegalStateException: as wanted");
    }

    @ParameterizedTest
    @CsvSource({"beforeJob", "afterJob"})
    void isWhatAListenerOfTheJobThrew(String method) {
        isTold(fails(new StepBuilder("load").batchlet("work"), method), "job listener books (" + method + ")");
    }

    /** The engine puts the later one in the place of the first. */
    @Test
    void isTheFirstOfSeveral() {
        JobRun run =
                fails(new StepBuilder("load").batchlet("work").listener("audit"), "process", "afterStep", "afterJob");

        isTold(run, "batchlet work (process) of step load");
        assertThat(trace(run)).contains("Then step listener audit (afterStep) of step load: ");
    }

    @Test
    void isWhatADeciderThrew() {
        THROWING.add("decide");
        BATCH.define(new JobBuilder("told")
                .step(new StepBuilder("load").batchlet("work").next("which").build())
                .decision(new DecisionBuilder("which", "choose")
                        .endOn("*")
                        .exitStatus()
                        .build())
                .build());

        isTold(BATCH.run("told"), "decider choose (decide)");
    }

    @Test
    void isNamedAlsoIfItCannotBeSerialized() {
        assertThat(fails(new StepBuilder("load").batchlet("stubborn")).failure())
                .isEqualTo("batchlet stubborn (process) of step load: " + Stubborn.Unserializable.class.getName()
                        + ": as wanted");
    }

    /** The engine serializes it: a server's {@code jdk.serialFilter} is against the one, its stack too small for the other. */
    @ParameterizedTest
    @CsvSource({"200, process", "3000, process", "200, readItem", "3000, readItem", "200, beforeStep"})
    void isNamedAlsoIfItIsDeep(int causes, String method) {
        DEEP.set(causes);
        StepBuilder step = method.equals("process") ? new StepBuilder("load").batchlet("work") : chunk();

        JobRun run = fails(step, method);

        assertThat(run.failure())
                .endsWith(" (" + method + ") of step load: java.lang.IllegalStateException: as wanted");
        assertThat(trace(run)).contains("Caused by: java.lang.IllegalStateException: 0 above the bottom");
    }

    /** The engine does not come to end the step. */
    @Test
    void isNamedAlsoIfTheStepCouldNotBeEnded() {
        DEEP.set(3000);

        JobRun run = fails(chunk(), "beforeStep");

        isTold(run, "step listener audit (beforeStep) of step load");
        assertThat(run.step("load").status()).isEqualTo(BatchStatus.FAILED);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 3000})
    void isNamedAlsoIfItIsDeepInAPartition(int causes) {
        DEEP.set(causes);

        JobRun run = fails(new StepBuilder("load").batchlet("work").partitionPlan(2, 2), "process");

        assertThat(run.failure())
                .startsWith("batchlet work (process) of partition ")
                .endsWith(" of step load: java.lang.IllegalStateException: as wanted");
    }

    @ParameterizedTest
    @CsvSource({
        "unborn, java.lang.UnsupportedOperationException: not today",
        "injected, java.lang.NumberFormatException: For input string",
        "nowhere, There is no artifact 'nowhere'",
    })
    void isThatAnArtifactCannotBeMade(String batchlet, String why) {
        JobRun run = fails(new StepBuilder("load").batchlet(batchlet, new String[] {"number", "none"}));

        assertThat(run.failure())
                .startsWith("artifact " + batchlet + " of step load: ")
                .contains(why);
        assertThat(run.step("load").failure()).isEqualTo(run.failure());
    }

    @ParameterizedTest
    @CsvSource({"unborn", "nowhere"})
    void isThatAListenerCannotBeMade(String listener) {
        assertThat(fails(new StepBuilder("load").batchlet("work").listener(listener))
                        .failure())
                .startsWith("artifact " + listener);
    }

    @Test
    void isTheTransitionThatFailsTheJob() {
        assertThat(fails(new StepBuilder("load").batchlet("work").failOn("DO*").exitStatus())
                        .failure())
                .isEqualTo("It failed as its definition says: 'load' took <fail on=\"DO*\">.");
    }

    @Test
    void isThatThereIsNoSuchElement() {
        assertThat(fails(new StepBuilder("load").batchlet("work").next("lod")).failure())
                .isEqualTo("A transition leads from 'load' to 'lod', and there is no such step, flow, split or decision"
                        + " beside it.");
    }

    /** A failure that was routed elsewhere is not why the job failed. */
    @Test
    void isNotAFailureThatWasRouted() {
        THROWING.add("process");
        JobRun repaired = runRouted("repaired");
        THROWING.add("writeItems");
        JobRun broken = runRouted("broken");

        assertThat(repaired.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(repaired.failure()).isEmpty();
        isTold(broken, "item writer sink (writeItems) of step repair");
    }

    private static JobRun runRouted(String job) {
        BATCH.define(new JobBuilder(job)
                .step(new StepBuilder("load")
                        .batchlet("work")
                        .nextOn("FAILED")
                        .to("repair")
                        .build())
                .step(new StepBuilder("repair")
                        .reader("src")
                        .writer("sink")
                        .itemCount(1)
                        .build())
                .build());
        return BATCH.run(job);
    }

    @Test
    void isThatACheckpointCannotBeRead() throws SQLException {
        fails(chunk(), "writeItems");
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "update BATCH_STEP_EXECUTION set REPRISE_READER_CHECKPOINT = cast('?' as binary varying)");
        }

        assertThat(BATCH.run("told").failure())
                .startsWith("step load, which could not begin: ")
                .contains("Cannot read the reader checkpoint of step load");
    }

    @Test
    void isTheSameOverAllAttempts() {
        fails(chunk(), "processItem");
        THROWING.clear();
        fails(chunk(), "writeItems");
        fails(chunk());

        JobRun run = fails(chunk());

        assertThat(BATCH.repository()
                        .history()
                        .execution(run.executionId())
                        .orElseThrow()
                        .attempts())
                .hasToString("attempt 4, 0 items committed by all attempts, the same failure at the same place since"
                        + " attempt 2");
    }
}
