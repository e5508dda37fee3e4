package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.state.StepState;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.partition.PartitionAnalyzer;
import jakarta.batch.api.partition.PartitionCollector;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.api.partition.PartitionReducer;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of docs/partitions.md are true, with each set of the artifacts in which a row is possible. */
abstract class PartitionCallbackTables {

    private static final String STEP = "load";

    private static volatile Script script = new Script(false, Map.of());

    private final InProcessBatch batch;
    private final String place;
    private final String job = "partitioned-" + UUID.randomUUID();

    /** @param place where partitions run */
    PartitionCallbackTables(InProcessBatch batch, String place) {
        this.batch = batch;
        this.place = place;
    }

    static InProcessBatch.Builder artifacts() {
        return InProcessBatch.builder()
                .artifact("reducer", () -> new Reducer(script))
                .artifact("mapper", () -> new Mapper(script))
                .artifact("collector", () -> new Collector(script))
                .artifact("analyzer", () -> new Analyzer(script))
                .artifact("batchlet", () -> new Work(script))
                .artifact("reader", () -> new Items(script))
                .artifact("writer", () -> new Writer(script));
    }

    /** A row of a table. */
    private record Row(boolean chunks, String outcome, List<String> step, List<List<String>> partitions) {

        static Row of(boolean chunks, String[] cells) {
            return new Row(
                    chunks,
                    cells[1].strip(),
                    calls(cells[2]),
                    cells[3].isBlank()
                            ? List.of()
                            : Arrays.stream(cells[3].split(";")).map(Row::calls).toList());
        }

        private static List<String> calls(String cell) {
            return Arrays.stream(cell.split(",")).map(String::strip).toList();
        }

        /** The artifacts without which the row makes no sense. */
        String needs() {
            String needs =
                    outcome.contains("overrides") || outcome.contains("no partitions") || outcome.contains("refused")
                            ? "M"
                            : "";
            List<String> throwing = Stream.concat(
                            step.stream(), partitions.stream().flatMap(List::stream))
                    .filter(call -> call.endsWith("!"))
                    .map(PartitionCallbackTables::artifactOf)
                    .toList();
            return needs
                    + String.join("", throwing)
                    + (outcome.startsWith("data throws") ? "C" : "")
                    + (outcome.contains("no partition is left") ? "R" : "");
        }

        List<String> stepWith(String artifacts) {
            return step.stream()
                    .filter(call -> artifacts.contains(artifactOf(call)))
                    .filter(call -> !call.startsWith("data") || artifacts.contains("C"))
                    .toList();
        }

        List<List<String>> partitionsWith(String artifacts) {
            return partitions.stream()
                    .map(calls -> calls.stream()
                            .filter(call -> artifacts.contains(artifactOf(call)))
                            .toList())
                    .toList();
        }
    }

    private static String artifactOf(String call) {
        return switch (call.replaceAll("[^a-z]", "")) {
            case "map" -> "M";
            case "collect" -> "C";
            case "data", "status" -> "A";
            case "work", "" -> "";
            default -> "R";
        };
    }

    /** What the artifacts do, and what was called. */
    private static final class Script {

        private final boolean waits;
        private final Map<String, Integer> throwsAt;
        private final Map<String, Integer> reached = new ConcurrentHashMap<>();
        private final List<String> step = Collections.synchronizedList(new ArrayList<>());
        private final Map<String, List<String>> partitions = new ConcurrentHashMap<>();
        private final List<String> all = Collections.synchronizedList(new ArrayList<>());
        private final CountDownLatch stopped = new CountDownLatch(1);
        private final CountDownLatch secondWorks = new CountDownLatch(1);
        private volatile int planned = 2;
        private volatile boolean override;
        private volatile @Nullable LongConsumer stop;

        /**
         * @param waits whether the second partition works until it is stopped
         * @param throwsAt at which call of that name, from 1
         */
        Script(boolean waits, Map<String, Integer> throwsAt) {
            this.waits = waits;
            this.throwsAt = throwsAt;
        }

        void called(String call) {
            noted(call, step);
        }

        /** The analyzer throws while the second partition works, which then goes on until it is ended. */
        void calledInAnalyzer(String call) throws InterruptedException {
            if (waits && stop == null) {
                assertThat(secondWorks.await(Patience.MINUTES, TimeUnit.MINUTES))
                        .isTrue();
            }
            called(call);
        }

        void calledIn(String partition, String call) {
            if (partition.equals("1")) {
                secondWorks.countDown();
            }
            noted(call, partitions.computeIfAbsent(partition, p -> Collections.synchronizedList(new ArrayList<>())));
        }

        private void noted(String call, List<String> calls) {
            boolean throwing =
                    Integer.valueOf(reached.merge(call, 1, Integer::sum)).equals(throwsAt.get(call));
            calls.add(throwing ? call + "!" : call);
            all.add(call);
            if (throwing) {
                throw new IllegalStateException("as wanted at " + call);
            }
        }

        List<List<String>> ofPartitions() {
            return partitions.keySet().stream().sorted().map(partitions::get).toList();
        }
    }

    private record Reducer(Script script) implements PartitionReducer {

        @Override
        public void beginPartitionedStep() {
            script.called("begin");
        }

        @Override
        public void beforePartitionedStepCompletion() {
            script.called("before");
        }

        @Override
        public void rollbackPartitionedStep() {
            script.called("rollback");
        }

        @Override
        public void afterPartitionedStepCompletion(PartitionStatus status) {
            script.called("after(" + status + ")");
        }
    }

    private record Mapper(Script script) implements PartitionMapper {

        @Override
        public PartitionPlan mapPartitions() {
            script.called("map");
            PartitionPlanImpl plan = new PartitionPlanImpl();
            plan.setPartitions(script.planned);
            plan.setThreads(1);
            plan.setPartitionsOverride(script.override);
            plan.setPartitionProperties(numbered().toArray(Properties[]::new));
            if (script.planned == 0) {
                plan.setPartitionProperties(null);
            }
            return plan;
        }
    }

    private static List<Properties> numbered() {
        return IntStream.range(0, 2)
                .mapToObj(number -> {
                    Properties properties = new Properties();
                    properties.setProperty("number", String.valueOf(number));
                    return properties;
                })
                .toList();
    }

    private static final class Collector implements PartitionCollector {

        private final Script script;

        @Inject
        @BatchProperty
        private String number;

        Collector(Script script) {
            this.script = script;
        }

        @Override
        public @Nullable Serializable collectPartitionData() {
            script.calledIn(number, "collect");
            return number.equals("0") ? null : number;
        }
    }

    private record Analyzer(Script script) implements PartitionAnalyzer {

        @Override
        public void analyzeCollectorData(Serializable data) throws InterruptedException {
            script.calledInAnalyzer("data");
        }

        @Override
        public void analyzeStatus(BatchStatus batchStatus, String exitStatus) throws InterruptedException {
            script.calledInAnalyzer("status");
        }
    }

    private static final class Work implements Batchlet {

        private final Script script;

        @Inject
        @BatchProperty
        private String number;

        @Inject
        private JobContext job;

        Work(Script script) {
            this.script = script;
        }

        @Override
        public String process() throws InterruptedException {
            script.calledIn(number, "work");
            if (script.waits && number.equals("1")) {
                LongConsumer stop = script.stop;
                if (stop != null) {
                    stop.accept(job.getExecutionId());
                }
                assertThat(script.stopped.await(Patience.MINUTES, TimeUnit.MINUTES))
                        .isTrue();
            }
            return "done";
        }

        @Override
        public void stop() {
            script.stopped.countDown();
        }
    }

    /** Two, or in a second partition that works until it is stopped, as many as it likes. */
    private static final class Items extends AbstractItemReader {

        private final Script script;
        private int next;

        @Inject
        @BatchProperty
        private String number;

        Items(Script script) {
            this.script = script;
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            next = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public @Nullable Object readItem() {
            boolean endless = script.waits && number.equals("1");
            return endless || next < 2 ? next++ : null;
        }

        @Override
        public Serializable checkpointInfo() {
            return next;
        }
    }

    private static final class Writer extends AbstractItemWriter {

        private final Script script;

        @Inject
        @BatchProperty
        private String number;

        Writer(Script script) {
            this.script = script;
        }

        @Override
        public void writeItems(List<Object> items) {
            script.calledIn(number, "work");
        }
    }

    private static Stream<Arguments> everyRow() {
        return rows().stream()
                .flatMap(row -> sets(row.needs())
                        .map(set -> Arguments.argumentSet(
                                (row.chunks() ? "chunks: " : "batchlets: ") + row.outcome() + " [" + set + "]",
                                row,
                                set)));
    }

    /** The sets of the artifacts that have at least these. */
    private static Stream<String> sets(String needed) {
        return IntStream.range(0, 16)
                .mapToObj(bits -> IntStream.range(0, 4)
                        .filter(bit -> (bits & 1 << bit) != 0)
                        .mapToObj(bit -> String.valueOf("RMAC".charAt(bit)))
                        .reduce("", String::concat))
                .filter(set -> needed.chars().allMatch(artifact -> set.indexOf(artifact) >= 0));
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        boolean chunks = false;
        try {
            for (String line : Files.readAllLines(Path.of("docs", "partitions.md"))) {
                chunks |= line.startsWith("## Chunks");
                if (line.startsWith("| ") && !line.startsWith("| outcome")) {
                    rows.add(Row.of(chunks, line.split("\\|")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(rows).hasSizeGreaterThan(20);
        return rows;
    }

    @ParameterizedTest
    @MethodSource("everyRow")
    void isTrue(Row row, String artifacts) {
        define(row, artifacts);
        boolean restart = row.outcome().startsWith("restart");
        if (restart) {
            begin(
                    row,
                    new Script(
                            false,
                            row.outcome().contains("no partition is left")
                                    ? Map.of("before", 1)
                                    : Map.of("work", row.chunks() ? 4 : 2)));
            batch.run(job);
        }
        Script played = begin(row, scriptOf(row));

        JobRun run = batch.run(job);

        assertThat(played.step).as("%s", run).isEqualTo(row.stepWith(artifacts));
        assertThat(shortened(played.ofPartitions(), row.partitionsWith(artifacts)))
                .as("%s", run)
                .isEqualTo(row.partitionsWith(artifacts));
        noPartitionWorksAtTheEnd(played);
        assertThat(run.status()).as("%s", run).isEqualTo(statusOf(row));
        assertThat(run.step(STEP).partitions()).extracting(StepState::ended).doesNotContainNull();
        String thrown = Stream.concat(
                        played.step.stream(),
                        played.partitions.values().stream().flatMap(List::stream))
                .filter(call -> call.endsWith("!") && !row.outcome().contains("retried"))
                .map(call -> "as wanted at " + call.replace("!", ""))
                .findFirst()
                .orElse("");
        assertThat(run.step(STEP).failure()).as("%s", run).contains(thrown);
        if (!thrown.isEmpty() && !row.outcome().contains("a partition fails and")) {
            assertThat(run.failure()).contains(thrown).contains(" of ").contains("step " + STEP + ": ");
        }
    }

    /** What was called more often where the row has three dots. */
    private static List<List<String>> shortened(List<List<String>> calls, List<List<String>> expected) {
        List<List<String>> shortened = new ArrayList<>(calls);
        if (calls.size() == 2 && expected.get(1).contains("…")) {
            List<String> begin = calls.get(1).subList(0, expected.get(1).size() - 1);
            shortened.set(1, Stream.concat(begin.stream(), Stream.of("…")).toList());
        }
        return shortened;
    }

    private static Script begin(Row row, Script next) {
        if (row.outcome().contains("no partitions")) {
            next.planned = 0;
        } else if (row.outcome().contains("refused")) {
            next.planned = -1;
        }
        script = next;
        return next;
    }

    private Script scriptOf(Row row) {
        String outcome = row.outcome();
        Script played =
                new Script(outcome.equals("is stopped") || outcome.matches("(data|status) throws"), throwsAt(row));
        played.override = outcome.contains("overrides");
        if (outcome.equals("is stopped")) {
            played.stop = batch.operator()::stop;
        }
        return played;
    }

    /** At which call of its name each call throws that does. */
    private static Map<String, Integer> throwsAt(Row row) {
        Map<String, Integer> throwsAt = new HashMap<>();
        Stream.concat(
                        Stream.of(row.step()),
                        Stream.of(
                                row.partitions().stream().flatMap(List::stream).toList()))
                .forEach(calls -> {
                    Map<String, Integer> reached = new HashMap<>();
                    for (String call : calls) {
                        int times = reached.merge(call.replace("!", ""), 1, Integer::sum);
                        if (call.endsWith("!")) {
                            throwsAt.put(call.replace("!", ""), times);
                        }
                    }
                });
        return throwsAt;
    }

    private static BatchStatus statusOf(Row row) {
        if (row.outcome().equals("is stopped")) {
            return BatchStatus.STOPPED;
        }
        boolean completes = row.step().get(row.step().size() - 1).equals("after(COMMIT)");
        return completes ? BatchStatus.COMPLETED : BatchStatus.FAILED;
    }

    private static void noPartitionWorksAtTheEnd(Script played) {
        List<String> all = List.copyOf(played.all);
        int lastOfPartitions = Math.max(all.lastIndexOf("work"), all.lastIndexOf("collect"));
        for (String end : List.of("before", "after(COMMIT)", "after(ROLLBACK)")) {
            int at = all.indexOf(end);
            assertThat(at < 0 || at > lastOfPartitions).as("%s", all).isTrue();
        }
        assertThat(all.lastIndexOf("rollback") < 0 || all.lastIndexOf("rollback") > lastOfPartitions || played.override)
                .as("%s", all)
                .isTrue();
    }

    private void define(Row row, String artifacts) {
        StepBuilder step = new StepBuilder(STEP);
        String[] number = {"number", "#{partitionPlan['number']}"};
        if (row.chunks()) {
            step.reader("reader", number).writer("writer", number).itemCount(1);
            if (row.outcome().contains("retried")) {
                step.retryableExceptionsInclude(List.of(IllegalStateException.class.getName()));
            } else if (row.outcome().contains("skippable")) {
                step.skippableExceptionsInclude(List.of(Exception.class.getName()));
            }
        } else {
            step.batchlet("batchlet", number);
        }
        step.property("reprise.partitions", place);
        if (artifacts.contains("M")) {
            step.partitionMapper("mapper");
        } else {
            step.partitionPlan(2, 1, numbered());
        }
        if (artifacts.contains("R")) {
            step.partitionReducer("reducer");
        }
        if (artifacts.contains("A")) {
            step.partitionAnalyzer("analyzer");
        }
        if (artifacts.contains("C")) {
            step.partitionCollector("collector", number);
        }
        batch.define(new JobBuilder(job).step(step.build()).build());
    }
}
