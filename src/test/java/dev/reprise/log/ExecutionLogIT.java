package dev.reprise.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.jobs.Logging;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.log.ExecutionLogs.Before;
import dev.reprise.log.ExecutionLogs.Part;
import dev.reprise.server.TestWar;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The lines of a job's threads, partitions and flows, in a file for each execution, on WildFly's pool of threads. */
@ExtendWith(ArquillianExtension.class)
class ExecutionLogIT {

    private static final List<String> PLACES = List.of(
            "beforeJob",
            "batchlet",
            "gone-batchlet",
            "open",
            "write1",
            "write3",
            "partitions0",
            "partitions1",
            "partitions2",
            "partitions3",
            "made",
            "beforeStep",
            "leftFirst",
            "gone-leftFirst",
            "leftSecond",
            "gone-leftSecond",
            "right",
            "gone-right",
            "afterJob");

    /** As {@code server.log} has it. */
    private static final String WILDFLYS =
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3} [A-Z]+ +\\[[^]]+] \\([^)]+\\) .*";

    @Inject
    private JobLauncher launcher;

    @Inject
    private Supplier<Optional<ExecutionLogs>> logs;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Test
    void eachExecutionHasItsOwnLinesInWildFlysFormat() throws IOException {
        assertLog("one", launcher.run(request("one")));
        assertLog("two", launcher.run(request("two")));
    }

    /** Pool threads go from one execution to another, from partitions to flows to jobs. */
    @Test
    void executionsInParallelKeepThemApart() throws IOException {
        List<String> runs =
                IntStream.range(0, 24).mapToObj(run -> "parallel" + run).toList();
        List<JobExecution> started = new ArrayList<>();
        for (String run : runs) {
            started.add(launcher.start(request(run)));
        }
        for (int at = 0; at < runs.size(); at++) {
            assertLog(runs.get(at), launcher.await(started.get(at).getExecutionId(), null));
        }
    }

    @Test
    void aFailureIsThereWithItsStackTrace() throws IOException {
        JobExecution failed = launcher.run(
                LaunchRequest.of("acceptance").with("run", "execution-log").withNonIdentifying("failAt", "2501"));

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(log(failed).lines())
                .anyMatch(line -> line.contains("JBERET000007"))
                .anyMatch(line -> line.startsWith("\tat ") && line.contains("dev.reprise.jobs.NumberReader"))
                .anyMatch(line -> line.contains("step step2 FAILED after"));
    }

    private static LaunchRequest request(String run) {
        return LaunchRequest.of("logging").with("run", run);
    }

    private Part log(JobExecution execution) throws IOException {
        return logs.get().orElseThrow().since(execution.getExecutionId(), 0).orElseThrow();
    }

    private void assertLog(String run, JobExecution execution) throws IOException {
        assertThat(execution.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        long id = execution.getExecutionId();
        Part log = log(execution);
        assertThat(log.complete()).isTrue();
        assertThat(log.before()).isEqualTo(Before.NOTHING);
        assertThat(log.lines()).allMatch(line -> line.matches(WILDFLYS));

        Set<String> expected = new TreeSet<>();
        PLACES.forEach(place -> expected.addAll(Logging.lines(run, place)));
        List<String> ofTheJob = log.lines().stream()
                .filter(line -> line.contains("run=") && line.contains("by="))
                .map(line -> line.substring(line.indexOf("run=")))
                .toList();
        assertThat(ofTheJob).containsExactlyInAnyOrderElementsOf(expected);

        String label = "logging[run=" + run + "]: ";
        List<String> ours = log.lines().stream()
                .filter(line -> line.contains("[dev.reprise.") && !line.contains(" items/s"))
                .map(line -> line.substring(line.indexOf(label) < 0 ? 0 : line.indexOf(label) + label.length()))
                .map(line -> line.replaceFirst(" after .*", ""))
                .toList();
        Stream<String> steps = Stream.of("batchlet", "chunk", "partitions", "leftFirst", "leftSecond", "right");
        assertThat(ours)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of("execution " + id + " started", "execution " + id + " COMPLETED"),
                                steps.flatMap(
                                        step -> Stream.of("step " + step + " started", "step " + step + " COMPLETED")))
                        .toList());
        assertThat(ours.get(0)).isEqualTo("execution " + id + " started");
        assertThat(ours.get(ours.size() - 1)).isEqualTo("execution " + id + " COMPLETED");

        Path folder = Path.of(System.getProperty("jboss.server.log.dir"));
        assertThat(folder.resolve("reprise/reprise/" + id + ".log"))
                .content()
                .isEqualTo(String.join("\n", log.lines()) + "\n");
        assertThat(Files.readAllLines(folder.resolve("server.log"))).containsAll(log.lines());
    }
}
