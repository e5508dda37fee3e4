package dev.reprise.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Skip;
import dev.reprise.log.ExecutionLogs.Before;
import dev.reprise.log.ExecutionLogs.Part;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jberet.creation.ArtifactCreationContext;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.spi.BatchEnvironment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutionLogsTest {

    private static final int LIMIT = 4000;

    private static final Logger LOG = Logger.getLogger("some.job");

    /** Of the server's root logger: the format of its file, and what else it writes. */
    private static final class ServerFile extends Handler {

        final List<String> lines = new ArrayList<>();

        ServerFile() {
            setFormatter(new Formatter() {
                @Override
                public String format(LogRecord line) {
                    return line.getLevel() + "|" + formatMessage(line) + "\n";
                }
            });
        }

        @Override
        public synchronized void publish(LogRecord line) {
            lines.add(getFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @TempDir
    Path folder;

    private final ServerFile server = new ServerFile();
    private final Logger root = Logger.getLogger("");
    private final List<Handler> consoles = List.of(root.getHandlers());
    private @Nullable ExecutionLogs opened;

    @BeforeEach
    void open() {
        LOG.setLevel(Level.ALL);
        consoles.forEach(root::removeHandler);
        root.addHandler(server);
        opened = ExecutionLogs.open(folder, "shop", LIMIT, loader());
    }

    @AfterEach
    void close() {
        logs().close();
        root.removeHandler(server);
        consoles.forEach(root::addHandler);
    }

    private ExecutionLogs logs() {
        ExecutionLogs logs = opened;
        if (logs == null) {
            throw new AssertionError("not open");
        }
        return logs;
    }

    private void jobBegins(long execution) {
        logs().begin(execution);
        LogThread.jobBegins(execution);
    }

    private static ClassLoader loader() {
        return Thread.currentThread().getContextClassLoader();
    }

    private Part since(long execution, long position) throws IOException {
        return logs().since(execution, position).orElseThrow();
    }

    private List<String> lines(long execution) throws IOException {
        return since(execution, 0).lines();
    }

    // ---- Whose line it is ------------------------------------------------------------------------------------------

    private void partitionRuns(long execution, Instant created, String... lines) {
        logs().join(execution, created);
        LogThread.of(execution, () -> Stream.of(lines).forEach(LOG::info)).run();
    }

    private static List<String> messages(Part part) {
        return part.lines().stream().map(line -> line.replaceFirst(".*\\|", "")).toList();
    }

    /** One after another, and two at a time, of an execution that is another node's. */
    @Test
    void partsOfAnExecutionThatThisNodeHasTakenWriteOneLog() throws Exception {
        Instant created = Instant.now().minusSeconds(10);
        partitionRuns(7, created, "a");
        partitionRuns(7, created, "b");
        logs().end(7);
        boolean open = logs().last(7, 100).orElseThrow().complete();
        logs().end(7);
        boolean complete = logs().last(7, 100).orElseThrow().complete();
        partitionRuns(7, created, "c");
        logs().end(7);

        assertThat(open).isFalse();
        assertThat(complete).isTrue();
        assertThat(messages(logs().last(7, 100).orElseThrow())).containsExactly("a", "b", "c");
    }

    /** The limit counts what was there, and positions go on. */
    @Test
    void whatGoesOnLaterHasOneLimit() throws Exception {
        Instant created = Instant.now().minusSeconds(10);
        String[] lines = IntStream.range(0, 300).mapToObj(i -> "line " + i).toArray(String[]::new);
        for (String line : lines) {
            partitionRuns(7, created, line);
            logs().end(7);
        }

        Part last = logs().last(7, 1000).orElseThrow();
        assertThat(messages(last)).endsWith("line 298", "line 299").hasSizeLessThan(300);
        assertThat(last.before()).isEqualTo(Before.DROPPED);
        assertThat(last.next())
                .isEqualTo(Stream.of(lines)
                        .mapToLong(line -> ("INFO|" + line + "\n").length())
                        .sum());
    }

    @Test
    void aPartitionBeginsAnewWhereTheLogIsOfAnExecutionOfBefore() throws Exception {
        partitionRuns(7, Instant.now().minusSeconds(10), "of another database");
        logs().end(7);
        partitionRuns(7, Instant.now().plusSeconds(10), "a");
        logs().end(7);

        assertThat(messages(logs().last(7, 100).orElseThrow())).containsExactly("a");
    }

    /** Partitions that run where their step does: its end is not theirs, nor theirs its. */
    @Test
    void aPartitionSharesTheLogOfItsJob() throws Exception {
        logs().begin(7);
        LogThread.of(7, () -> LOG.info("job")).run();
        partitionRuns(7, Instant.now().plusSeconds(10), "partition");
        logs().end(7);
        LogThread.of(7, () -> LOG.info("job again")).run();
        logs().end(7);

        assertThat(messages(logs().last(7, 100).orElseThrow())).containsExactly("job", "partition", "job again");
    }

    @Test
    void takesTheLinesOfTheJobsThreadFromItsBeginToItsEndAndNoOther() throws IOException {
        LOG.info("before");
        jobBegins(7);
        LOG.log(Level.WARNING, "read {0} of {1}", new Object[] {1, 2});
        Thread.currentThread().setContextClassLoader(null);
        LOG.info("with a class loader of its own");
        Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
        LogThread.jobEnds(8);
        LOG.info("still");
        LogThread.jobEnds(7);
        LOG.info("on the same thread, after it");
        logs().end(7);

        assertThat(lines(7))
                .containsExactly("WARNING|read 1 of 2", "INFO|with a class loader of its own", "INFO|still");
        assertThat(server.lines).contains("before", "read 1 of 2", "on the same thread, after it");
        assertThat(logs().files(7)).containsExactly(folder.resolve("reprise/shop/7.log"));
    }

    @Test
    void aThreadOfTheServerLogsForNobodyEvenWhileJobsRun() throws Exception {
        jobBegins(7);
        onAThread(() -> LOG.info("of a request"));
        onAThread(LogThread.of(7, () -> LOG.info("of partition 1")));
        LogThread.jobEnds(7);

        assertThat(lines(7)).containsExactly("INFO|of partition 1");
    }

    /** The pool's thread: a flow of 7, then one of another application, then a flow of 8. */
    @Test
    void aThreadThatGoesFromFlowToFlowLogsForEachOnlyWhileItWorksForIt() throws Exception {
        begin(7);
        begin(8);
        ClassLoader application = loader();
        onAThread(() -> {
            LogThread.stepComes();
            LogThread.stepBegins(7);
            LOG.info("step of 7");
            LogThread.stepEnded();
            LOG.info("transition of 7");
            Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
            LOG.info("of another application");
            Thread.currentThread().setContextClassLoader(application);
            LogThread.stepComes();
            LOG.info("nobody knows yet of which");
            LogThread.stepBegins(8);
            LOG.info("step of 8");
            Thread.currentThread().setContextClassLoader(null);
            LOG.info("step of 8 that sets a class loader");
            LogThread.stepEnded();
            LOG.info("no task");
        });

        assertThat(lines(7)).containsExactly("INFO|step of 7", "INFO|transition of 7");
        assertThat(lines(8)).containsExactly("INFO|step of 8", "INFO|step of 8 that sets a class loader");
    }

    /** Listeners and mappers are made before the step is recorded, which only the engine's own context tells. */
    @Test
    void theArtifactsOfAFlowsFirstStepLogForTheExecutionThatTheyAreMadeFor() throws Exception {
        begin(7);
        begin(8);
        onAThread(() -> {
            LogThread.stepComes();
            engineMakesAnArtifactFor(7);
            LOG.info("made for 7");
            LogThread.stepBegins(7);
            LogThread.stepEnded();
            LogThread.stepComes();
            LOG.info("of nobody yet");
            engineMakesAnArtifactFor(8);
            LOG.info("made for 8");
        });

        assertThat(lines(7)).containsExactly("INFO|made for 7");
        assertThat(lines(8)).containsExactly("INFO|made for 8");
    }

    private static void engineMakesAnArtifactFor(long execution) {
        Job job = new JobBuilder("some-job").build();
        JobExecutionImpl running = new JobExecutionImpl(new JobInstanceImpl(job, "shop", "some-job"), new Properties());
        running.setId(execution);
        BatchEnvironment environment = (BatchEnvironment) Proxy.newProxyInstance(
                loader(), new Class<?>[] {BatchEnvironment.class}, (self, method, arguments) -> loader());
        ArtifactCreationContext.resetArtifactCreationContext(
                new JobContextImpl(running, null, null, null, environment), null, null);
    }

    @Test
    void stepsOfAJobsOwnThreadChangeNothing() throws IOException {
        jobBegins(7);
        LogThread.stepComes();
        LOG.info("listener");
        LogThread.stepBegins(7);
        LOG.info("step");
        LogThread.stepEnded();
        Thread.currentThread().setContextClassLoader(null);
        LOG.info("decider");
        Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
        LogThread.jobEnds(7);

        assertThat(lines(7)).containsExactly("INFO|listener", "INFO|step", "INFO|decider");
    }

    @Test
    void aJobThatIsLaunchedByAJobHasItsOwn() throws IOException {
        begin(8);
        jobBegins(7);
        LogThread.of(8, () -> LOG.info("of 8")).run();
        LOG.info("of 7");
        LogThread.jobEnds(7);

        assertThat(lines(7)).containsExactly("INFO|of 7");
        assertThat(lines(8)).containsExactly("INFO|of 8");
    }

    @Test
    void aHundredExecutionsOnEightThreadsKeepTheirLinesApart() throws Exception {
        long before = openFiles();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> jobs = new ArrayList<>();
            for (long id = 1; id <= 100; id++) {
                long execution = id;
                jobs.add(() -> {
                    jobBegins(execution);
                    for (int line = 0; line < 20; line++) {
                        LOG.info("of " + execution);
                    }
                    LogThread.jobEnds(execution);
                    LOG.info("the pool's");
                    logs().end(execution);
                    return true;
                });
            }
            for (Future<Boolean> job : pool.invokeAll(jobs)) {
                job.get();
            }
        } finally {
            pool.shutdown();
        }

        for (long id = 1; id <= 100; id++) {
            assertThat(lines(id)).hasSize(20).containsOnly("INFO|of " + id);
            assertThat(since(id, 0).complete()).isTrue();
        }
        assertThat(openFiles()).isLessThan(before + 50);
    }

    // ---- The limit -------------------------------------------------------------------------------------------------

    @Test
    void keepsTheNewestLinesInTwoFilesAndSaysThatOthersWereDropped() throws IOException {
        log(7, 0, 1000);

        Path newest = folder.resolve("reprise/shop/7.log");
        Path older = folder.resolve("reprise/shop/7.1.log");
        assertThat(logs().files(7)).containsExactly(older, newest);
        assertThat(Files.size(newest) + Files.size(older)).isBetween(LIMIT / 2L, (long) LIMIT);
        assertThat(Files.readAllLines(older).get(0))
                .matches("--- Before this: \\d+ bytes, the last of them in 7.1.log, the rest dropped at the limit ---");
        Part all = since(7, 0);
        assertThat(all.before()).isEqualTo(Before.DROPPED);
        assertThat(all.lines()).endsWith("INFO|line 999").doesNotContain("INFO|line 0");
        int first = Integer.parseInt(all.lines().get(0).substring("INFO|line ".length()));
        assertThat(all.lines())
                .containsExactlyElementsOf(IntStream.range(first, 1000)
                        .mapToObj(line -> "INFO|line " + line)
                        .toList());
    }

    @Test
    void aLineThatIsLongerThanAFileIsCutBetweenCharacters() throws IOException {
        log(7, 0, 1);
        LogThread.of(7, () -> LOG.info("한".repeat(5000))).run();
        log(7, 2, 3);

        assertThat(lines(7).get(1)).matches("INFO\\|한+… \\(cut\\)").hasSizeLessThan(1000);
        assertThat(lines(7)).endsWith("INFO|line 2");
        for (Path file : logs().files(7)) {
            assertThat(Files.size(file)).isLessThanOrEqualTo(LIMIT / 2);
        }
    }

    @Test
    void aLogOfAnEarlierDatabaseWithTheSameNumberIsReplaced() throws IOException {
        log(7, 0, 1000);
        logs().end(7);

        begin(7);
        log(7, 0, 2);

        assertThat(lines(7)).containsExactly("INFO|line 0", "INFO|line 1");
        assertThat(logs().files(7)).hasSize(1);
    }

    @Test
    void noLimitMeansNoLogs() throws IOException {
        logs().close();
        opened = ExecutionLogs.open(folder, "none", 0, loader());
        log(7, 0, 1);

        assertThat(logs().last(7, 10)).isEmpty();
        assertThat(folder.resolve("reprise/none")).doesNotExist();
    }

    // ---- Reading ---------------------------------------------------------------------------------------------------

    @Test
    void givesTheLastLinesAcrossBothFiles() throws IOException {
        log(7, 0, 1000);
        int inNewest = Files.readAllLines(folder.resolve("reprise/shop/7.log")).size() - 1;

        Part last = logs().last(7, inNewest + 3).orElseThrow();

        assertThat(last.lines())
                .containsExactlyElementsOf(IntStream.range(1000 - inNewest - 3, 1000)
                        .mapToObj(line -> "INFO|line " + line)
                        .toList());
        assertThat(last.before()).isEqualTo(Before.MORE);
        assertThat(last.complete()).isFalse();
        assertThat(logs().last(7, 100_000).orElseThrow().before()).isEqualTo(Before.DROPPED);
        assertThat(logs().last(7, 0).orElseThrow().lines()).isEmpty();
        log(7, 1000, 1001);
        assertThat(since(7, last.next()).lines()).containsExactly("INFO|line 1000");
    }

    @Test
    void theLastLinesOfAShortLogAreAllOfIt() throws IOException {
        log(7, 0, 3);

        Part last = logs().last(7, 3).orElseThrow();

        assertThat(last.lines()).containsExactly("INFO|line 0", "INFO|line 1", "INFO|line 2");
        assertThat(last.before()).isEqualTo(Before.NOTHING);
        assertThat(logs().last(7, 10).orElseThrow()).isEqualTo(last);
        assertThat(logs().last(8, 10)).isEmpty();
        assertThat(logs().last(-1, 10)).isEmpty();
    }

    @Test
    void aReaderThatFollowsGetsEachLineOnceAndTheEnd() throws Exception {
        logs().close();
        opened = ExecutionLogs.open(folder, "shop", 1 << 20, loader());
        begin(7);
        CountDownLatch reading = new CountDownLatch(1);
        ExecutorService writer = Executors.newSingleThreadExecutor();
        List<String> seen = new ArrayList<>();
        try {
            Future<?> writing = writer.submit(() -> {
                reading.await();
                log(7, 0, 50_000);
                logs().end(7);
                return null;
            });
            Part part = since(7, 0);
            reading.countDown();
            while (!part.complete()) {
                part = since(7, part.next());
                assertThat(part.before()).isEqualTo(Before.NOTHING);
                seen.addAll(part.lines());
            }
            writing.get();
        } finally {
            writer.shutdown();
        }
        assertThat(logs().files(7)).as("it has begun a second file meanwhile").hasSize(2);
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.range(0, 50_000)
                        .mapToObj(line -> "INFO|line " + line)
                        .toList());
    }

    @Test
    void aReaderThatIsTooSlowIsToldOfTheGap() throws IOException {
        log(7, 0, 2);
        long position = since(7, 0).next();
        log(7, 2, 1000);

        assertThat(since(7, position).before()).isEqualTo(Before.DROPPED);
    }

    @Test
    void whatACrashLeftIsGivenWhole() throws IOException {
        Path file = folder.resolve("reprise/shop/7.log");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "one\ntwo\nthr");

        assertThat(since(7, 0)).isEqualTo(new Part(List.of("one", "two", "thr"), 11, Before.NOTHING, true));
        assertThat(since(7, 1000).lines()).isEmpty();
        assertThat(logs().last(7, 2).orElseThrow().lines()).containsExactly("two", "thr");
    }

    @Test
    void aHugeLogIsReadByPartsOfOneMebibyte() throws IOException {
        Path file = folder.resolve("reprise/shop/7.log");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "é".repeat(1_000_000) + "\nend\n", StandardCharsets.UTF_8);

        StringBuilder text = new StringBuilder();
        Part part = since(7, 0);
        text.append(String.join("", part.lines()));
        while (!part.complete()) {
            part = since(7, part.next());
            text.append(String.join("", part.lines()));
        }

        assertThat(text).hasToString("é".repeat(1_000_000) + "end");
        Part last = logs().last(7, 10).orElseThrow();
        assertThat(last.lines()).containsExactly("end");
        assertThat(last.before()).isEqualTo(Before.MORE);
    }

    // ---- What goes wrong -------------------------------------------------------------------------------------------

    @Test
    void deletesWhatDoesNotRun() throws IOException {
        log(7, 0, 1000);
        log(8, 0, 1000);
        logs().end(7);

        assertThat(logs().delete(List.of(7L, 8L, 9L))).isEqualTo(1);

        assertThat(logs().files(7)).isEmpty();
        assertThat(logs().files(8)).hasSize(2);
    }

    @Test
    void aFullDiskCostsOneWarningAndNoJob() throws IOException {
        Path full = Path.of("/dev/full");
        Skip.unless(Files.exists(full), "this system has no /dev/full");
        Files.createDirectories(folder.resolve("reprise/shop"));
        for (long id = 7; id <= 8; id++) {
            Files.createSymbolicLink(folder.resolve("reprise/shop/" + id + ".log"), full);
        }
        begin(7);
        begin(8);
        LogThread.of(7, () -> LOG.info("lost")).run();
        LogThread.of(8, () -> LOG.info("lost too")).run();
        LogThread.of(7, () -> LOG.info("not tried")).run();

        assertThat(server.lines.stream().filter(line -> line.contains("cannot be written")))
                .singleElement()
                .asString()
                .contains("execution 7")
                .contains("No space left on device");
        assertThat(server.lines).contains("lost", "lost too", "not tried");
        assertThat(logs().delete(List.of(7L, 8L))).isEqualTo(2);
    }

    @Test
    void aFolderThatCannotBeMadeCostsOneWarning() throws IOException {
        Files.createDirectories(folder.resolve("reprise"));
        Files.writeString(folder.resolve("reprise/shop"), "a file");
        begin(7);
        begin(8);

        assertThat(server.lines.stream().filter(line -> line.contains("cannot be written")))
                .hasSize(1);
        assertThat(logs().last(7, 1)).isEmpty();
    }

    @Test
    void aJobThatIsInterruptedGoesOnLogging() throws IOException {
        jobBegins(7);
        Thread.currentThread().interrupt();
        LOG.info("interrupted");
        boolean interrupted = Thread.interrupted();
        LOG.info("after");
        LogThread.jobEnds(7);

        assertThat(interrupted).isTrue();
        assertThat(lines(7)).containsExactly("INFO|interrupted", "INFO|after");
    }

    @Test
    void aLineThatCannotBeFormattedIsTheJobsNeither() throws IOException {
        server.setFormatter(new Formatter() {
            @Override
            public String format(LogRecord line) {
                LOG.fine("logged while another line is being formatted");
                if (line.getMessage().equals("bad")) {
                    throw new IllegalArgumentException("bad");
                }
                return line.getMessage() + "\n";
            }
        });
        LOG.setLevel(Level.INFO);
        jobBegins(7);
        LOG.info("bad");
        LOG.info("good");
        LogThread.jobEnds(7);

        assertThat(lines(7)).containsExactly("good");
    }

    @Test
    void nothingIsWrittenAfterTheEndOrTheClose() throws IOException {
        jobBegins(7);
        logs().end(7);
        LOG.info("late");
        LogThread.jobEnds(7);
        begin(8);
        logs().close();
        begin(9);
        LogThread.of(8, () -> LOG.info("after the undeployment")).run();

        assertThat(lines(7)).isEmpty();
        assertThat(lines(8)).isEmpty();
        assertThat(logs().files(9)).isEmpty();
        assertThat(Stream.of(root.getHandlers()).filter(LogHandler.class::isInstance))
                .isEmpty();
    }

    @Test
    void anApplicationsNameNeverLeadsOutOfItsFolder() throws IOException {
        logs().close();
        opened = ExecutionLogs.open(folder, "../../a/b\\c:한", LIMIT, loader());
        log(7, 0, 1);

        assertThat(logs().files(7)).containsExactly(folder.resolve("reprise/%2e.%2f..%2fa%2fb%5cc%3a%d55c/7.log"));
    }

    @Test
    void withoutAFileTheServersConsoleGivesTheFormatAndWithoutBothThereIsOne() {
        LogRecord line = new LogRecord(Level.INFO, "hello");
        line.setLoggerName("some.job");
        line.setThrown(new IllegalStateException("why"));

        assertThat(LogFormat.of(List.of()).format(line))
                .matches("(?s)\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3} INFO  \\[some\\.job] \\(\\Q"
                        + Thread.currentThread().getName()
                        + "\\E\\) hello: java\\.lang\\.IllegalStateException: why\\R\\tat .*");
    }

    @Test
    void whatAnotherNodeHasPurgedGoesAFewAtATimeAndWhatRunsStays() throws IOException {
        for (long execution = 1; execution <= 7; execution++) {
            log(execution, 0, 1);
            if (execution != 7) {
                logs().end(execution);
            }
        }
        Files.writeString(logs().files(1).get(0).resolveSibling("notes.txt"), "x");
        Set<Long> known = Set.of(2L, 5L);
        List<Set<Long>> asked = new ArrayList<>();
        UnaryOperator<Set<Long>> repository = executions -> {
            asked.add(executions);
            return executions.stream().filter(known::contains).collect(Collectors.toSet());
        };

        for (int report = 0; report < 10; report++) {
            logs().deleteForgotten(3, repository);
        }

        assertThat(asked).as("then it rests").containsExactly(Set.of(1L, 2L, 3L), Set.of(4L, 5L, 6L), Set.of(7L));
        assertThat(LongStream.rangeClosed(1, 7)
                        .filter(execution -> !logs().files(execution).isEmpty()))
                .containsExactly(2L, 5L, 7L);
        assertThat(logs().files(2).get(0).resolveSibling("notes.txt")).exists();
    }

    @Test
    void nobodyElseMayReadIt() throws IOException {
        log(1, 0, 10);

        Path file = logs().files(1).get(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    // ---- Helpers ---------------------------------------------------------------------------------------------------

    private void begin(long execution) {
        logs().begin(execution);
    }

    private void log(long execution, int from, int to) {
        if (logs().running(execution) == null) {
            begin(execution);
        }
        LogThread.of(execution, () -> IntStream.range(from, to).forEach(line -> LOG.info("line " + line)))
                .run();
    }

    private static void onAThread(Runnable task) throws InterruptedException {
        Thread thread = new Thread(task);
        thread.start();
        thread.join();
    }

    private static long openFiles() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }
}
