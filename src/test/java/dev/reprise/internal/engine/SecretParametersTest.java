package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.store.Secrets;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.StoredSecret;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Secret parameters: in no table, in no message, and yet there for the restart on another node. */
class SecretParametersTest {

    private static final String PLAIN = "cörrect-horse 'battery' \"staple\"";

    private final Job job = TestNode.job();

    private static TestNode node(TestDatabase.Kind kind) {
        return TestNode.on(TestDatabase.shared(kind));
    }

    private static TestNode node() {
        return node(TestDatabase.Kind.H2);
    }

    private JobExecutionImpl failed(TestNode node) {
        JobExecutionImpl execution = node.run(job, "month", "2001-01", TestNode.PASSWORD, PLAIN);
        node.end(execution, BatchStatus.FAILED);
        return execution;
    }

    @ParameterizedTest
    @EnumSource
    void thePlainTextIsInNoTable(TestDatabase.Kind kind) {
        TestNode node = node(kind);
        JobExecutionImpl execution = node.run(job, "month", "2001-01", TestNode.PASSWORD, PLAIN);
        StepExecutionImpl step = node.step(execution, "load");
        step.setException(new IllegalStateException("no access with password " + PLAIN));
        node.end(step, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);

        assertThat(everyRow(node.database))
                .anyMatch(row -> row.contains("|2001-01|"))
                .noneMatch(row -> row.contains(PLAIN));
        assertThat(stored(node, execution, "IDENTIFYING, PARAMETER_TYPE")).isEqualTo("N|java.lang.String");
        assertThat(ciphertext(node, execution)).startsWith("{reprise:1}").hasSizeLessThan(200);
        assertThat(node.repository.recorded().failure(execution.getExecutionId()))
                .isEqualTo("java.lang.IllegalStateException: no access with password ••••••");
        assertThat(node.repository
                        .recorded()
                        .failures(execution.getExecutionId())
                        .toString())
                .contains("password ••••••")
                .doesNotContain(PLAIN);
    }

    @Test
    void theRunningJobHasItAndWhoLooksHasTheMask() {
        TestNode node = node();
        JobExecutionImpl execution = node.run(job, "month", "2001-01", TestNode.PASSWORD, PLAIN);
        long id = execution.getExecutionId();

        assertThat(execution.getJobParameters()).containsEntry(TestNode.PASSWORD, PLAIN);
        assertThat(node.repository.recorded().parameters(id).byName())
                .isEqualTo(Map.of(
                        "month", new JobParameter("2001-01", true),
                        "password", new JobParameter("••••••", false, true)));
        node.end(execution, BatchStatus.FAILED);
        assertThat(node.load(id, job).getJobParameters())
                .as("JobOperator.getParameters of what does not run here")
                .containsEntry(TestNode.PASSWORD, "••••••");
        assertThat(StoredSecret.shown(ciphertext(node, execution))).isEqualTo("••••••");
        assertThat(StoredSecret.shown("2001-01")).isEqualTo("2001-01");
    }

    @Test
    void itDoesNotIdentify() {
        TestNode node = node();
        failed(node);

        LaunchRefusedException refused = refusal(() -> node.start(job, "month", "2001-01", TestNode.PASSWORD, "other"));

        assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.RESTART_INSTEAD);
        assertThat(refused.getMessage()).contains("[month=2001-01]").doesNotContain("other");
    }

    @ParameterizedTest
    @EnumSource
    void aRestartOnAnotherNodeHasItWithoutBeingGivenIt(TestDatabase.Kind kind) {
        TestNode node = node(kind);
        JobExecutionImpl first = failed(node);
        TestNode other = node.other("node-2");

        JobExecutionImpl second = other.rerun(first.getExecutionId(), job);
        other.end(second, BatchStatus.FAILED);
        JobExecutionImpl third = node.rerun(second.getExecutionId(), job);

        assertThat(second.getJobParameters()).containsEntry(TestNode.PASSWORD, PLAIN);
        assertThat(third.getJobParameters()).containsEntry(TestNode.PASSWORD, PLAIN);
        assertThat(ciphertext(node, second))
                .as("each with a nonce of its own")
                .startsWith("{reprise:1}")
                .isNotEqualTo(ciphertext(node, first));
    }

    @Test
    void aRestartMayBeGivenAnother() {
        TestNode node = node();
        JobExecutionImpl second = node.rerun(failed(node).getExecutionId(), job, TestNode.PASSWORD, "changed");
        node.end(second, BatchStatus.FAILED);

        assertThat(second.getJobParameters()).containsEntry(TestNode.PASSWORD, "changed");
        assertThat(node.rerun(second.getExecutionId(), job).getJobParameters())
                .containsEntry(TestNode.PASSWORD, "changed");
    }

    @Test
    void theMaskAndTheStoredTextStandForWhatIsStored() {
        TestNode node = node();
        JobExecutionImpl first = failed(node);
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job, TestNode.PASSWORD, ciphertext(node, first));
        node.end(second, BatchStatus.FAILED);

        assertThat(second.getJobParameters()).containsEntry(TestNode.PASSWORD, PLAIN);
        assertThat(node.rerun(second.getExecutionId(), job, TestNode.PASSWORD, JobParameter.MASK)
                        .getJobParameters())
                .containsEntry(TestNode.PASSWORD, PLAIN);
    }

    @Test
    void anotherKeyIsRefusedUntilItIsGivenAgain() {
        TestNode node = node();
        JobExecutionImpl first = failed(node);
        TestNode rekeyed = node.with(() -> TestNode.key(2));

        LaunchRefusedException refused = refusal(() -> rekeyed.restart(first.getExecutionId(), job));

        assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.INVALID_PARAMETERS);
        assertThat(refused.refusal().faults())
                .containsExactly("password: is stored encrypted with another key than the one that there is now, and"
                        + " cannot be read; give it again with the restart");
        JobExecutionImpl second = rekeyed.rerun(first.getExecutionId(), job, TestNode.PASSWORD, "again");
        assertThat(second.getJobParameters()).containsEntry(TestNode.PASSWORD, "again");
    }

    @Test
    void withoutAKeySecretsAreRefusedAndAllElseWorks() {
        TestNode keyless = node().with(() -> {
            throw new IllegalStateException("this server has no credential store 'reprise'.");
        });

        LaunchRefusedException refused = refusal(() -> keyless.start(job, TestNode.PASSWORD, PLAIN));
        LaunchDecision explained =
                keyless.repository.launching().explain(job, TestNode.parameters(TestNode.PASSWORD, PLAIN));

        assertThat(refused.refusal().faults())
                .containsExactly("password: is a secret and cannot be stored encrypted: this server has no credential"
                        + " store 'reprise'.");
        assertThat(explained).isEqualTo(refused.refusal());
        JobExecutionImpl execution = keyless.run(job, "month", "2001-01");
        keyless.end(execution, BatchStatus.FAILED);
        keyless.rerun(execution.getExecutionId(), job);
    }

    @Test
    void aRestartWithoutTheKeySaysWhatIsMissing() {
        TestNode node = node();
        JobExecutionImpl first = failed(node);
        TestNode keyless = node.with(() -> {
            throw new IllegalStateException("this server has no key.");
        });

        assertThat(refusal(() -> keyless.restart(first.getExecutionId(), job))
                        .refusal()
                        .faults())
                .containsExactly("password: is stored encrypted and cannot be read: this server has no key.");
    }

    @Test
    void aKeyOfAnotherKindIsRefused() {
        TestNode node = node().with(() -> new javax.crypto.spec.SecretKeySpec(new byte[16], "AES"));

        assertThat(refusal(() -> node.start(job, TestNode.PASSWORD, PLAIN))
                        .refusal()
                        .faults())
                .singleElement()
                .asString()
                .contains("not an AES key of 256 bits");
    }

    @Test
    void aTextThatIsCopiedToAnotherJobOrParameterCannotBeRead() {
        TestNode node = node();
        JobExecutionImpl first = failed(node);
        Job another = TestNode.job();
        JobExecutionImpl victim = node.run(another, TestNode.PASSWORD, "mine");
        node.end(victim, BatchStatus.FAILED);
        node.database.execute(
                "update BATCH_JOB_EXECUTION_PARAMS set PARAMETER_VALUE = ? where JOB_EXECUTION_ID = ?"
                        + " and PARAMETER_NAME = 'password'",
                ciphertext(node, first),
                victim.getExecutionId());

        assertThat(refusal(() -> node.restart(victim.getExecutionId(), another))
                        .refusal()
                        .faults())
                .singleElement()
                .asString()
                .startsWith("password: is stored encrypted with another key");
    }

    @Test
    void aSecretStaysOneWhenTheSchemaNoLongerSaysSo() {
        TestNode node = node();
        JobExecutionImpl first = failed(node);
        node.database.execute(
                "update BATCH_JOB_EXECUTION_PARAMS set PARAMETER_NAME = 'token' where JOB_EXECUTION_ID = ?"
                        + " and PARAMETER_NAME = 'password'",
                first.getExecutionId());

        JobExecutionImpl second = node.rerun(first.getExecutionId(), job, "token", "new");

        assertThat(node.repository
                        .recorded()
                        .parameters(second.getExecutionId())
                        .byName())
                .containsEntry("token", new JobParameter("••••••", false, true));
        assertThat(second.getJobParameters()).containsEntry("token", "new");
    }

    @Test
    void whatLooksEncryptedAndTheMaskAreNoValues() {
        TestNode node = node();

        assertThat(refusal(() -> node.start(job, "month", "{reprise:1}AAAA"))
                        .refusal()
                        .faults())
                .containsExactly("month: begins with '{reprise:', which marks encrypted values in the tables; begin it"
                        + " with something else");
        assertThat(refusal(() -> node.start(job, TestNode.PASSWORD, "{reprise:2}"))
                        .refusal()
                        .faults())
                .hasSize(1);
        assertThat(refusal(() -> node.start(job, TestNode.PASSWORD, JobParameter.MASK))
                        .refusal()
                        .faults())
                .containsExactly("password: is the mask that stands for a secret, not the secret; give that itself");
    }

    @Test
    void theLongestSecretFitsTheColumnAndALongerOneIsRefused() {
        TestNode node = node(TestDatabase.Kind.POSTGRESQL);
        JobExecutionImpl longest = node.start(job, "n", "1", TestNode.PASSWORD, "é".repeat(919));

        assertThat(ciphertext(node, longest)).hasSizeBetween(2490, 2500);
        assertThat(refusal(() -> node.start(job, "n", "2", TestNode.PASSWORD, "é".repeat(919) + "x"))
                        .refusal()
                        .faults())
                .containsExactly("password: has 1839 bytes in UTF-8; a secret may have 1838");
    }

    @Test
    void aRefusalQuotesNoSecretWhoeverWordsIt() {
        TestNode node = node();

        LaunchRefusedException refused = refusal(() -> node.start(job, TestNode.PASSWORD, "weak-secret"));

        assertThat(refused.getMessage())
                .contains("password: •••••• is too weak")
                .doesNotContain("weak-secret");
        assertThat(refused.refusal().toString()).doesNotContain("weak-secret");
    }

    @Test
    void noTextOfAParameterShowsIt() {
        JobParameter secret = new JobParameter(PLAIN, false, true);
        JobParameters parameters = JobParameters.of(Map.of("password", secret, "month", new JobParameter("1", true)));

        assertThat(secret.toString()).isEqualTo("••••••");
        assertThat(parameters.toString()).isEqualTo("[month=1]");
        assertThat(new LaunchRules.Verdict(List.of(), parameters, List.of(), false, true).toString())
                .doesNotContain(PLAIN);
    }

    @Test
    void aShortSecretIsMaskedWhereItIsQuoted() {
        assertThat(Secrets.masked("'ab' is no tab: \"ab\"", List.of("ab"))).isEqualTo("'••••••' is no tab: \"••••••\"");
        assertThat(Secrets.masked("empty", List.of(""))).isEqualTo("empty");
    }

    private static LaunchRefusedException refusal(ThrowingCallable launch) {
        return catchThrowableOfType(LaunchRefusedException.class, launch);
    }

    private static String ciphertext(TestNode node, JobExecutionImpl execution) {
        return stored(node, execution, "PARAMETER_VALUE");
    }

    private static String stored(TestNode node, JobExecutionImpl execution, String columns) {
        return node.database.row(
                "select " + columns + " from BATCH_JOB_EXECUTION_PARAMS"
                        + " where JOB_EXECUTION_ID = ? and PARAMETER_NAME = 'password'",
                execution.getExecutionId());
    }

    /** Every row of every table, with all its columns as text. */
    private static List<String> everyRow(TestDatabase database) {
        List<String> rows = new ArrayList<>();
        for (String table : database.rowCounts().keySet()) {
            rows.addAll(database.rows("select * from \"" + table + "\""));
        }
        return rows;
    }
}
