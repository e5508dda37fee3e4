package dev.reprise.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.reprise.access.Access;
import dev.reprise.access.AccessDeniedException;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.operate.Operations;
import dev.reprise.state.Acknowledgement;
import dev.reprise.state.AuditEntry;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What needs a person, after a night in which much went wrong in few ways. */
class AttentionTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .jobs("attention")
            .artifact("nothing", Nothing::new)
            .build();

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance))
            .build();

    private static final Caller OPERATOR = new Caller("kim", "192.0.2.1", Set.of(Role.VIEWER, Role.OPERATOR));

    private long nextId = 1000;

    static final class Nothing extends AbstractBatchlet {
        @Override
        public @Nullable String process() {
            return null;
        }
    }

    private final Monitor monitor = new Monitor(BATCH.launcher(), BATCH::repository);

    @BeforeEach
    void nobodyKnows() throws SQLException {
        execute("delete from REPRISE_AUDIT");
        execute("delete from BATCH_JOB_EXECUTION");
        execute("delete from BATCH_JOB_INSTANCE");
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long executed(String job, String status, String exitCode, String message) throws SQLException {
        long id = ++nextId;
        String application = BATCH.repository().application();
        execute("insert into BATCH_JOB_INSTANCE"
                + " (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY, REPRISE_APPLICATION) values (%d, 0, '%s', '%032d', '%s')"
                        .formatted(id, job, id, application));
        execute("insert into BATCH_JOB_EXECUTION (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, START_TIME,"
                + " END_TIME, STATUS, EXIT_CODE, EXIT_MESSAGE, LAST_UPDATED, REPRISE_JOB_NAME, REPRISE_APPLICATION)"
                + " values (%d, 2, %d, localtimestamp, localtimestamp, localtimestamp, '%s', '%s', '%s', localtimestamp, '%s', '%s')"
                        .formatted(id, id, status, exitCode, message, job, application));
        return id;
    }

    private JsonNode now() {
        return JSON.valueToTree(monitor.now());
    }

    private List<JsonNode> attention() {
        return StreamSupport.stream(now().get("attention").spliterator(), false)
                .filter(matter -> !matter.path("kind").asText().equals("broken"))
                .toList();
    }

    private View.Attention only() {
        return monitor.now().attention().stream()
                .filter(matter -> !matter.kind().equals("broken"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isOneMatterForEachJobAndCause() throws SQLException {
        long last = 0;
        for (int i = 0; i < 84; i++) {
            last = executed(
                    "sftp-upload", "FAILED", "FAILED", "upload: java.net.ConnectException: 10.0.0." + i + ": refused");
        }
        for (int i = 0; i < 38; i++) {
            executed("import-" + i, "FAILED", "FAILED", "item " + i + " is poisoned");
        }

        assertThat(attention())
                .as("84 equal failures are one matter, and the other 38 are not cut")
                .hasSize(39)
                .extracting(
                        matter -> matter.path("job").asText(),
                        matter -> matter.path("count").asInt())
                .contains(tuple("sftp-upload", 84), tuple("import-7", 1));
        JsonNode upload = attention().get(38);
        assertThat(upload.get("message").asText()).isEqualTo("upload: java.net.ConnectException: …: refused");
        assertThat(upload.get("execution").get("id").asLong()).isEqualTo(last);
        assertThat(upload.get("executions")).hasSize(10);
        assertThat(now().get("attentionWhole").asBoolean()).isTrue();
    }

    @Test
    void saysHowManyThereAreWhereNotAllAreShown() throws SQLException {
        for (int i = 0; i < 122; i++) {
            executed("import-" + i, "FAILED", "FAILED", "broken");
        }

        assertThat(now().path("attention")).hasSize(100);
        assertThat(now().path("attentionInAll").asInt()).isEqualTo(123);
        assertThat(now().path("attentionNew").asInt()).isEqualTo(123);

        View.Attention first = monitor.now().attention().get(0);
        Access.as(OPERATOR, () -> {
            new Operations(BATCH::repository)
                    .acknowledge(
                            first.key(),
                            first.job(),
                            first.executions().stream().findFirst().orElse(null),
                            null,
                            Instant.now().plus(Duration.ofDays(3)));
            return true;
        });
        assertThat(now().path("attentionInAll").asInt()).isEqualTo(123);
        assertThat(now().path("attentionNew").asInt()).isEqualTo(122);
    }

    @Test
    void tellsOfExitStatusesAlsoOfWhatCompleted() throws SQLException {
        executed("import", "STOPPED", "TOO_MANY_REJECTS", "");
        executed("import", "STOPPED", "STOPPED", "");
        executed("report", "COMPLETED", "ALERT", "");
        executed("report", "COMPLETED", "COMPLETED", "");

        assertThat(attention())
                .extracting(
                        matter -> matter.path("kind").asText(),
                        matter -> matter.path("job").asText(),
                        matter -> matter.path("exitStatus").asText("null"))
                .containsExactlyInAnyOrder(
                        tuple("stopped", "import", "TOO_MANY_REJECTS"),
                        tuple("stopped", "import", "null"),
                        tuple("completed", "report", "ALERT"));
    }

    @Test
    void dropsWhatWasRecoveredAndCompleted() throws SQLException {
        long completed = executed("import", "COMPLETED", "COMPLETED", "");
        long failed = executed("import", "FAILED", "FAILED", "broken");
        execute("update BATCH_JOB_EXECUTION set REPRISE_RECOVERIES = 1 where JOB_EXECUTION_ID in (%d, %d)"
                .formatted(completed, failed));

        assertThat(attention())
                .extracting(matter -> matter.path("kind").asText())
                .containsExactly("failed");
    }

    @Test
    void hasJobsWhoseDefinitionIsBroken() {
        assertThat(now().path("attention"))
                .extracting(
                        matter -> matter.path("kind").asText(),
                        matter -> matter.path("job").asText())
                .contains(tuple("broken", "broken"));
    }

    @Test
    void readsNothingForEachOfThem() throws SQLException {
        for (int i = 0; i < 5; i++) {
            executed("import-" + i, "FAILED", "FAILED", "broken");
            for (int j = 0; j < 3; j++) {
                refused(i);
            }
        }
        assertThat(attention().stream()
                        .filter(matter -> matter.path("kind").asText().equals("refused")))
                .as("of instances that were refused in the same way")
                .hasSize(1)
                .allSatisfy(matter -> {
                    assertThat(matter.path("times").asInt()).isEqualTo(15);
                    assertThat(matter.path("count").asInt()).isEqualTo(5);
                });
    }

    private static void refused(long instance) {
        BATCH.repository()
                .audit()
                .append(new AuditEntry(
                        0,
                        Instant.EPOCH,
                        "cron",
                        null,
                        "launch",
                        "import",
                        instance,
                        null,
                        "refused",
                        "Instance " + instance + " is complete."));
    }

    @Test
    void isNotShownAgainBeforeTheDateUnlessAnotherCauseAppears() throws SQLException {
        executed("sftp-upload", "FAILED", "FAILED", "10.0.0.1: refused");
        Operations operations = new Operations(BATCH::repository);
        View.Attention refused = only();
        Instant until = Instant.now().plus(Duration.ofDays(3));

        Access.as(OPERATOR, () -> {
            operations.acknowledge(
                    refused.key(), refused.job(), refused.executions().get(0), "ticket 4711", until);
            return true;
        });
        executed("sftp-upload", "FAILED", "FAILED", "10.0.0.2: refused");

        View.Attention known = only();
        assertThat(known.count()).isEqualTo(2);
        assertThat(known.acknowledged())
                .extracting(Acknowledgement::user, Acknowledgement::note)
                .containsExactly("kim", "ticket 4711");
        assertThat(BATCH.repository().audit().page("kim", null, Long.MAX_VALUE, 5))
                .extracting(AuditEntry::action, AuditEntry::job, AuditEntry::outcome, AuditEntry::detail)
                .containsExactly(tuple("acknowledge", "sftp-upload", "done", "until " + until + ": ticket 4711"));

        executed("sftp-upload", "FAILED", "FAILED", "10.0.0.1: unknown host key");
        assertThat(only().acknowledged()).as("another cause").isNull();

        execute("update REPRISE_ACKNOWLEDGEMENT set UNTIL_AT = current_timestamp - interval '1' second");
        assertThat(monitor.now().attention())
                .as("the date has passed")
                .extracting(View.Attention::acknowledged)
                .containsOnlyNulls();
    }

    @Test
    void isAcknowledgedAndTakenBackByOperators() throws SQLException {
        executed("sftp-upload", "FAILED", "FAILED", "10.0.0.1: refused");
        Operations operations = new Operations(BATCH::repository);
        String key = only().key();
        Instant until = Instant.now().plus(Duration.ofDays(3));
        Caller viewer = new Caller("lee", null, Set.of(Role.VIEWER));

        assertThatThrownBy(() -> Access.as(viewer, () -> {
                    operations.acknowledge(key, "sftp-upload", null, null, until);
                    return true;
                }))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageContaining("batch-operator");
        assertThat(only().acknowledged()).isNull();

        Access.as(OPERATOR, () -> {
            operations.acknowledge(key, "sftp-upload", null, null, until);
            operations.acknowledgeNoMore(key, "sftp-upload", null);
            return true;
        });
        assertThat(only().acknowledged()).isNull();
    }
}
