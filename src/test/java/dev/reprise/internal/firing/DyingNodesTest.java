package dev.reprise.internal.firing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.launch.JobLauncher;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.OtherEngine;
import dev.reprise.testing.RangeReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.operations.JobRestartException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ticks on several nodes, each with an engine of its own, of which one dies every third tick, before or after it has launched. */
class DyingNodesTest {

    private static final int NODES = 4;
    private static final int TICKS = 30;

    private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.parse("2026-11-30T00:00:30Z"));
    private final Job job = new JobBuilder("report")
            .step(new StepBuilder("load")
                    .reader("reader", new String[] {"first", "1"}, new String[] {"last", "5"})
                    .writer("writer")
                    .itemCount(2)
                    .build())
            .build();
    private String url = "";

    @TempDir
    private Path logs;

    /** Nowhere. */
    public static final class Writer extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {}
    }

    private enum Death {
        NONE,
        BEFORE_THE_LAUNCH,
        AFTER_THE_LAUNCH
    }

    private final class Node implements AutoCloseable {

        private final String name;
        private final OtherEngine engine;
        private final Rounds rounds;
        private final AtomicReference<Death> death = new AtomicReference<>(Death.NONE);

        Node(String name, JobSchedule schedule) {
            this.name = name;
            this.engine = new OtherEngine(
                    url, name, logs.resolve(name), Map.of("reader", RangeReader::new, "writer", Writer::new), job);
            this.rounds = new Rounds(
                    engine.repository().thisNode().scheduled(),
                    new DeployedSchedules(List.of(), its -> engine.home(), List.of(schedule)),
                    new TickLauncher(its -> engine.home(), () -> true) {
                        @Override
                        Outcome launch(String its, Map<String, String> parameters, @Nullable Long failed) {
                            if (death.get() == Death.BEFORE_THE_LAUNCH) {
                                throw new IllegalStateException("killed");
                            }
                            Outcome outcome = super.launch(its, parameters, failed);
                            if (death.get() == Death.AFTER_THE_LAUNCH) {
                                throw new IllegalStateException("killed");
                            }
                            return outcome;
                        }
                    },
                    database -> clock.get());
            rounds.begin();
        }

        Object look() {
            rounds.ended(List.of("report"));
            return rounds.look();
        }

        /** As the duties of a node do it. */
        void takeOver() {
            engine.repository().thisNode().takeOverFromTheDead();
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(engine.home());
            try {
                engine.repository().thisNode().claimRestarts().forEach(due -> {
                    try {
                        JobLauncher.recover(due);
                    } catch (LaunchRefusedException | JobRestartException overtaken) {
                        // By its own end.
                    }
                    engine.repository().thisNode().restarted(due);
                });
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    static Stream<Arguments> schedules() {
        return Stream.of("* * * * *", "0 3 * * *")
                .flatMap(cron -> Stream.of("all", "last", "none")
                        .flatMap(catchUp ->
                                Stream.of("wait", "allow").map(overlap -> Arguments.of(cron, catchUp, overlap))));
    }

    /** However little is caught up: of a tick that somebody has looked at in time nothing is missed. */
    @ParameterizedTest
    @MethodSource("schedules")
    void eachTickCompletesOnceAndInOrderWhereThatIsAsked(String cron, String catchUp, String overlap) throws Exception {
        var postgres = PostgresServer.emptySchema();
        url = postgres.getUrl() + "&user=" + postgres.getUser();
        JobSchedule schedule = Night.schedule(
                "report",
                "\"cron\": \"" + cron + "\", \"format\": \"uuuu-MM-dd'T'HH:mm\", \"catchUp\": \"" + catchUp
                        + "\", \"overlap\": \"" + overlap + "\"");
        Random random = new Random(17);
        int deaths = 0;
        List<Node> nodes = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        InProcessBatch tables = InProcessBatch.builder().database(url).build().open();
        try {
            for (int i = 0; i < NODES; i++) {
                nodes.add(new Node("node-" + i, schedule));
            }
            Instant due = Instant.parse("2026-11-30T00:00:30Z");
            for (int tick = 1; tick <= TICKS; tick++) {
                due = schedule.ticks().next(due).orElseThrow().due();
                clock.set(due.plusMillis(200));
                Node victim = nodes.get(random.nextInt(NODES));
                if (tick % 3 == 0) {
                    victim.death.set(random.nextBoolean() ? Death.BEFORE_THE_LAUNCH : Death.AFTER_THE_LAUNCH);
                }
                lookAtOnce(threads, nodes);
                if (tick % 3 == 0) {
                    deaths++;
                    victim.engine.dies();
                    nodes.remove(victim);
                    nodes.forEach(Node::takeOver);
                    victim.close();
                    nodes.add(new Node(victim.name, schedule));
                    clock.set(due.plusMillis(200).plus(Rounds.PATIENCE));
                    lookAtOnce(threads, nodes);
                    due = due.plus(Rounds.PATIENCE);
                }
            }
            assertThat(
                            rows(
                                    "select NOMINAL || ' ' || STATE from REPRISE_TICK where STATE not in ('LAUNCHED', 'WAITING')"))
                    .isEmpty();
            await().timeout(Patience.GUARD).until(() -> {
                clock.updateAndGet(now -> now.plus(Duration.ofSeconds(1)));
                nodes.forEach(Node::takeOver);
                lookAtOnce(threads, nodes);
                return rows("select 1 from REPRISE_TICK where STATE <> 'LAUNCHED'")
                                .isEmpty()
                        && rows("select 1 from REPRISE_TICK").size() >= TICKS
                        && rows("select 1 from BATCH_JOB_EXECUTION where STATUS <> 'COMPLETED' and STATUS <> 'FAILED'")
                                .isEmpty()
                        && rows("select 1 from REPRISE_RESTART").isEmpty();
            });

            assertThat(deaths).isEqualTo(10);
            assertThat(rows("select JOB_INSTANCE_ID from REPRISE_TICK")).doesNotHaveDuplicates();
            List<String> ticks = rows("select NOMINAL from REPRISE_TICK order by NOMINAL");
            List<String> completed = rows("""
                    select p.PARAMETER_VALUE from BATCH_JOB_EXECUTION e
                      join BATCH_JOB_EXECUTION_PARAMS p
                        on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID and p.PARAMETER_NAME = 'day'
                     where e.STATUS = 'COMPLETED'
                     order by e.START_TIME, e.JOB_EXECUTION_ID""");
            if (overlap.equals("wait")) {
                assertThat(completed).isEqualTo(ticks);
            } else {
                assertThat(completed).containsExactlyInAnyOrderElementsOf(ticks);
            }
        } finally {
            nodes.forEach(Node::close);
            threads.shutdown();
            tables.close();
        }
    }

    private static void lookAtOnce(ExecutorService threads, List<Node> nodes) throws Exception {
        List<Future<?>> looks = new ArrayList<>();
        nodes.forEach(node -> looks.add(threads.submit(node::look)));
        for (Future<?> look : looks) {
            look.get();
        }
    }

    private List<String> rows(String query) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(found.getString(1));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
