package dev.reprise.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.access.Access;
import dev.reprise.access.AccessDeniedException;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.PurgeSummary;
import dev.reprise.state.PurgedExecution;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** History is purged by a job, from Java, with the right role, on record, and into an archive. */
@ExtendWith(ExpectedFailures.class)
class PurgeJobTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .beans(PurgeReader.class, PurgeFilter.class, PurgeWriter.class, PurgeReport.class, JobLauncher.class)
            .artifact("nothing", Nothing::new)
            .build();

    private static final Caller OPERATOR = new Caller("olga", null, Set.of(Role.VIEWER, Role.OPERATOR));
    private static final Caller ADMIN = new Caller("ada", null, Set.of(Role.OPERATOR, Role.ADMIN));

    private static final PurgeRequest ALL_OF_IT =
            PurgeRequest.olderThan(Duration.ZERO).ofJob("quiet");

    private static final Map<String, String> PURGE = Map.of("job", "quiet", "olderThan", "0s");

    @TempDir
    private Path folder;

    private static final class Nothing extends AbstractBatchlet {
        @Override
        public String process() {
            return "DONE";
        }
    }

    @BeforeEach
    void define() {
        BATCH.define(new JobBuilder("quiet")
                .step(new StepBuilder("only").batchlet("nothing").build())
                .build());
    }

    private static List<Long> ran(int times) {
        List<Long> executions = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            executions.add(BATCH.run("quiet", Map.of("run", "" + i)).executionId());
        }
        return executions;
    }

    private static List<Long> left() {
        return BATCH.repository().getJobExecutionsByJob("quiet");
    }

    private static List<AuditEntry> record(String user) {
        return BATCH.repository().audit().page(user, null, Long.MAX_VALUE, 10);
    }

    @Test
    void theJobRemovesWhatItMayAndRunsAgain() {
        List<Long> executions = ran(5);

        JobRun purge = BATCH.run("reprise-purge", PURGE);

        assertThat(purge.status()).as(purge.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(purge.step("purge").counts().read()).isEqualTo(5);
        assertThat(purge.step("purge").counts().filtered()).isEqualTo(1);
        assertThat(purge.step("purge").counts().written()).isEqualTo(4);
        assertThat(purge.exitStatus())
                .matches(
                        "removed 4 executions of 4 instances: quiet 4 COMPLETED; ended \\S+ to \\S+; spared 1 among the"
                                + " newest");
        assertThat(left()).containsExactly(executions.get(4));
        assertThatExceptionOfType(LaunchRefusedException.class)
                .isThrownBy(() -> BATCH.run("quiet", Map.of("run", "0")))
                .satisfies(refused -> assertThat(refused.refusal().kind()).isEqualTo(Kind.ALREADY_COMPLETE));
        AuditEntry entry = record("(the server)").get(0);
        assertThat(entry.action()).isEqualTo("purge");
        assertThat(entry.executionId()).isEqualTo(purge.executionId());
        assertThat(entry.detail()).isEqualTo(purge.exitStatus());

        JobRun again = BATCH.run("reprise-purge", PURGE);

        assertThat(again.exitStatus()).isEqualTo("removed 0 executions of 0 instances; spared 1 among the newest");
    }

    /** More than a chunk of them. */
    @Test
    void theJobPassesOverWhatStays() {
        ran(410);

        JobRun purge = BATCH.run("reprise-purge", Map.of("job", "quiet", "olderThan", "0s", "keep", "405"));

        assertThat(purge.status()).as(purge.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(purge.step("purge").counts().filtered()).isEqualTo(405);
    }

    @Test
    void theJobSaysWhatADryRunWouldRemove() {
        List<Long> executions = ran(3);

        JobRun purge = BATCH.run("reprise-purge", Map.of("olderThan", "0s", "job", "quiet", "dryRun", "true"));

        assertThat(purge.exitStatus()).startsWith("would remove 2 executions of 2 instances");
        assertThat(left()).hasSize(executions.size());
    }

    @Test
    void theJobRefusesParametersThatMakeNoSense() {
        assertThatExceptionOfType(LaunchRefusedException.class)
                .isThrownBy(() -> BATCH.run("reprise-purge", Map.of("olderThan", "a while")))
                .withMessageContaining("olderThan");
        JobRun purge = BATCH.run("reprise-purge", Map.of("status", "FAILED"));
        assertThat(purge.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(purge.step("purge").failure()).contains("what is FAILED can still be restarted");
    }

    /** It is launched on every node. */
    @Test
    void theDailyJobRunsOnceADay() {
        Map<String, String> today = Map.of("day", "2026-03-01");
        BATCH.run("reprise-purge-daily", today);

        assertThatExceptionOfType(LaunchRefusedException.class)
                .isThrownBy(() -> BATCH.run("reprise-purge-daily", today))
                .satisfies(refused -> assertThat(refused.refusal().kind()).isEqualTo(Kind.ALREADY_COMPLETE));
        assertThat(BATCH.run("reprise-purge-daily", Map.of("day", "2026-03-02")).status())
                .isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void whoMayOnlyOperateCannotPurge() {
        List<Long> executions = ran(2);
        JobExecution failed = BATCH.operator()
                .getJobExecution(
                        BATCH.run("reprise-purge", Map.of("status", "FAILED")).executionId());

        for (String job : List.of("reprise-purge", "reprise-purge-daily")) {
            assertThatExceptionOfType(AccessDeniedException.class)
                    .isThrownBy(() -> Access.as(
                            OPERATOR,
                            () -> BATCH.launcher().run(LaunchRequest.of(job).with(PURGE))))
                    .withMessage("olga may not purge job " + job + ": that needs the role batch-admin.");
        }
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() ->
                        Access.as(OPERATOR, () -> BATCH.launcher().restart(failed.getExecutionId(), Map.of())));
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> Access.as(OPERATOR, () -> new Operations(BATCH::repository).purge(ALL_OF_IT)))
                .withMessage("olga may not purge job quiet: that needs the role batch-admin.");
        assertThat(left()).hasSize(executions.size());
        assertThat(record("olga")).hasSize(4).extracting(AuditEntry::outcome).containsOnly("denied");
    }

    @Test
    void anAdministratorPurgesFromJavaAndIsOnRecord() {
        ran(3);

        PurgeSummary summary = Access.as(ADMIN, () -> new Operations(BATCH::repository).purge(ALL_OF_IT));

        assertThat(summary.executions()).isEqualTo(2);
        AuditEntry entry = record("ada").get(0);
        assertThat(entry.outcome()).isEqualTo("done");
        assertThat(entry.job()).isEqualTo("quiet");
        assertThat(entry.detail()).isEqualTo(summary.text());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operations(BATCH::repository).purge(ALL_OF_IT.keepingNewest(0)));
    }

    private static PurgeSummary purge(Optional<ExecutionLogs> logs, Optional<Path> archive) {
        RepriseRepository repository = BATCH.repository();
        ServerParts server = new ServerParts(Optional::empty, () -> true, logs, archive);
        try (Purge purge = new Purge(repository.purges(), repository.history(), server, ALL_OF_IT)) {
            return purge.run(repository.purges().beginning());
        }
    }

    @Test
    void theLogsOfWhatIsPurgedGoToo() throws IOException {
        List<Long> executions = ran(3);
        try (ExecutionLogs logs = ExecutionLogs.open(folder, "in-process", 0, null)) {
            Path those = Files.createDirectories(folder.resolve("reprise/in-process"));
            for (long execution : executions) {
                Files.writeString(those.resolve(execution + ".log"), "a line\n");
            }

            purge(Optional.of(logs), Optional.empty());

            assertThat(logs.files(executions.get(0))).isEmpty();
            assertThat(logs.files(executions.get(2))).hasSize(1);
        }
    }

    @Test
    void whatIsPurgedIsInTheArchive() throws IOException {
        List<Long> executions = ran(3);
        Path archive = Archive.usable(folder.resolve("new/archive"));

        purge(Optional.empty(), Optional.of(archive));
        purge(Optional.empty(), Optional.of(archive));

        List<Path> files;
        try (Stream<Path> listed = Files.list(archive)) {
            files = listed.toList();
        }
        assertThat(files).hasSize(1);
        assertThat(files.get(0).getFileName().toString()).matches("purge-\\d{8}T\\d{6}Z\\.jsonl\\.gz");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.get(0))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                .isEqualTo("rwx------");
        List<JsonNode> lines = lines(files.get(0));
        assertThat(lines).extracting(line -> line.get("execution").asLong()).isEqualTo(executions.subList(0, 2));
        JsonNode line = lines.get(0);
        assertThat(line.at("/job").asText()).isEqualTo("quiet");
        assertThat(line.at("/status").asText()).isEqualTo("COMPLETED");
        assertThat(line.at("/parameters/run/value").asText()).isEqualTo("0");
        assertThat(line.at("/steps/0/step").asText()).isEqualTo("only");
        assertThat(line.at("/steps/0/exitStatus").asText()).isEqualTo("DONE");
        assertThat(line.at("/steps/0/counts/commits").asInt(-1)).isZero();
        assertThat(line.at("/ended").asText()).endsWith("Z");
    }

    /** As the server does when it stops. */
    @Test
    void anInterruptLeavesTheArchiveWhole() throws IOException {
        ExecutionState state =
                BATCH.repository().history().execution(ran(1).get(0)).orElseThrow();
        List<PurgedExecution> purged = List.of(new PurgedExecution("key", state, List.of(), List.of()));
        Path archive = Archive.usable(folder.resolve("archive"));

        try (Archive file = Archive.begin(archive, BATCH.repository().history())) {
            file.append(purged);
            Thread.currentThread().interrupt();
            file.append(purged);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        try (Stream<Path> files = Files.list(archive)) {
            assertThat(lines(files.findFirst().orElseThrow())).hasSize(2);
        }
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            List<JsonNode> lines = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(new ObjectMapper().readTree(line));
            }
            return lines;
        }
    }

    /** What cannot be kept is not purged. */
    @Test
    void withoutItsArchiveNothingIsPurged() throws IOException {
        ran(3);
        Path archive = Archive.usable(folder.resolve("archive"));
        Files.delete(archive);

        assertThatExceptionOfType(java.io.UncheckedIOException.class)
                .isThrownBy(() -> purge(Optional.empty(), Optional.of(archive)))
                .withMessageContaining("so it is not purged");

        assertThat(left()).hasSize(3);
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatIllegalStateException()
                .isThrownBy(() -> Archive.usable(file))
                .withMessageContaining("(reprise.archive), cannot be used");
    }
}
