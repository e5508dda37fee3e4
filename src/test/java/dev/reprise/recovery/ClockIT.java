package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.Skip;
import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The clock of a node decides nothing: contract.md §6. */
class ClockIT extends OnTwoServers {

    private static final Map<String, String> PARAMETERS = Map.of("count", "100000", "-pauseMillis", "20");

    private static final Map<String, Integer> WRITTEN = Map.of("work", 100_000);

    @AfterEach
    void setTheClock() {
        if (cluster == null) {
            return; // it was skipped
        }
        ClusterNode node = cluster.b();
        node.server().close();
        node.server().environment("LD_PRELOAD", null);
        node.server().environment("SKEW_SECONDS", null);
    }

    @Test
    void anHourOffChangesNothing() throws Exception {
        Path library = skewedClock();
        new Trials("clock an hour off").run(cluster, Trials.count("clocks", 2, 10), (number, random) -> {
            Duration skew = Duration.ofHours(number % 2 == 0 ? -1 : 1);
            ClusterNode wrong = startedWith(library, skew);

            // Longer than the lease, on both: neither takes the other for dead.
            String runOfA = "clock-a-" + System.nanoTime();
            String runOfB = "clock-b-" + System.nanoTime();
            cluster.a().start("many", Runs.with(PARAMETERS, "run", runOfA)).executionId();
            wrong.start("many", Runs.with(PARAMETERS, "run", runOfB)).executionId();
            for (String run : List.of(runOfA, runOfB)) {
                aftermath.completes(run);
                assertThat(aftermath.executions(run)).hasSize(1);
                aftermath.wrote(run, WRITTEN);
            }

            // And either sees when the other is.
            ClusterNode victim = random.nextBoolean() ? wrong : cluster.a();
            String killed = "clock-killed-" + System.nanoTime();
            victim.start("many", Runs.with(PARAMETERS, "run", killed)).executionId();
            Runs.awaitCommits(cluster.database(), killed, 1 + random.nextInt(20));
            victim.server().kill();
            LocalDateTime fault = cluster.database().now();
            aftermath.completes(killed);
            if (aftermath.completedBefore(killed, fault)) {
                return 0;
            }
            assertThat(aftermath.executions(killed)).hasSize(2);
            assertThat(aftermath.executions(killed).get(1))
                    .element(3)
                    .isEqualTo(cluster.other(victim).name());
            aftermath.wrote(killed, WRITTEN);
            aftermath.nothingRuns();
            cluster.begin();
            return 1;
        });
    }

    /** WildFly says the same date for ever if it was asked for one just before. */
    @Test
    void aServerThatWasReloadedHasTheTimeOfDay() {
        ClusterNode node = cluster.a();
        cluster.awaitReady(node);
        node.server().management().reload();
        try {
            while (node.server().clock().isAfter(Instant.EPOCH)) {
                Thread.onSpinWait(); // as long as it answers
            }
        } catch (UncheckedIOException stopped) {
            cluster.awaitReady(node);
        }

        Instant first = node.server().clock();
        await().timeout(Patience.GUARD).until(() -> node.server().clock().isAfter(first));
    }

    private ClusterNode startedWith(Path library, Duration skew) {
        ClusterNode node = cluster.b();
        node.server().close();
        node.server().environment("LD_PRELOAD", library.toString());
        node.server().environment("SKEW_SECONDS", String.valueOf(skew.toSeconds()));
        cluster.begin();
        cluster.nodes().forEach(cluster::awaitReady);
        assertThat(Duration.between(Instant.now().plus(skew), node.server().clock())
                        .toHours())
                .as("how far its clock is from what it was set to")
                .isZero();
        await().until(() -> cluster.reports(cluster.a()) && cluster.reports(node));
        return node;
    }

    /** Compiled for this machine, which needs a C compiler. */
    private static Path skewedClock() throws IOException, InterruptedException {
        Path library = Path.of("target", "skewed-clock.so").toAbsolutePath();
        try {
            Process compiler = new ProcessBuilder(
                            "cc",
                            "-O2",
                            "-shared",
                            "-fPIC",
                            "-o",
                            library.toString(),
                            "src/test/resources/skewed-clock.c")
                    .inheritIO()
                    .start();
            assertThat(compiler.waitFor(Patience.MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(compiler.exitValue()).as("cc").isZero();
        } catch (IOException noCompiler) {
            Skip.unless(
                    false,
                    "to set the clock of one process wrong needs a C compiler (" + noCompiler.getMessage() + ")");
        }
        assertThat(Files.exists(library)).isTrue();
        return library;
    }
}
