package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.jobs.injected.Wanting;
import jakarta.transaction.Status;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;

/** What a test's artifacts and beans have injected without a server, and what they are told that they have not. */
class InjectionTest {

    private static final String WANTING = Wanting.class.getName() + "$";

    private static InProcessBatch.Builder withBeans() {
        return InProcessBatch.builder()
                .beans(
                        Wanting.Limited.class,
                        Wanting.Asynchronous.class,
                        Wanting.WithSessionBeans.class,
                        Wanting.Ledger.class,
                        Wanting.Counter.class,
                        Wanting.Transacted.class,
                        Wanting.Extended.class,
                        Wanting.Persistent.class);
    }

    /** The exit status of a batchlet, or why it failed. */
    private static String run(InProcessBatch.Builder builder, String ref) {
        try (InProcessBatch batch = builder.build().open()) {
            batch.define(new JobBuilder("wants")
                    .step(new StepBuilder("it").batchlet(ref).build())
                    .build());
            JobRun run = batch.run("wants");
            return run.step("it").failure().isEmpty()
                    ? String.valueOf(run.step("it").exitStatus())
                    : run.step("it").failure();
        }
    }

    @Test
    void aResourceIsThatOfItsName() {
        assertThat(run(withBeans().resource("java:global/limit", 7), "limited")).isEqualTo("limit 7");
        assertThat(run(InProcessBatch.builder().resource("java:global/limit", 7), WANTING + "Limited"))
                .isEqualTo("limit 7");
    }

    @Test
    void aResourceThatThereIsNotIsNamed() {
        String missing =
                "dev.reprise.jobs.injected.Wanting$WithALimit.limit wants a @Resource 'java:global/limit' of type"
                        + " java.lang.Integer, and in this test there is none. Give one with resource(\"java:global/limit\", …) of"
                        + " the builder.";

        assertThat(run(withBeans(), "limited")).endsWith(missing);
        assertThat(run(InProcessBatch.builder(), WANTING + "Limited")).endsWith(missing);
        assertThat(run(withBeans(), "asynchronous"))
                .endsWith(
                        "dev.reprise.jobs.injected.Wanting$Asynchronous.executor wants a @Resource"
                                + " 'dev.reprise.jobs.injected.Wanting$Asynchronous/executor' of type"
                                + " jakarta.enterprise.concurrent.ManagedExecutorService, and in this test there is none. Name it, as"
                                + " @Resource(name = \"executor\"), and give one with resource(\"executor\", …) of the builder.");
        assertThat(run(withBeans().resource("java:global/limit", "seven"), "limited"))
                .contains("and in this test there is one of type java.lang.String.");
    }

    @Test
    void sessionBeansHaveTheirTransactions() {
        String expected = "has true, another true, outside false, counts 12, status " + Status.STATUS_ACTIVE;

        assertThat(run(withBeans(), "withSessionBeans")).isEqualTo(expected);
        assertThat(run(withBeans(), WANTING + "WithAnEjbByItsClass")).isEqualTo("has true");
    }

    @Test
    void sessionBeansThatOnlyAServerHasAreNamed() {
        assertThat(run(InProcessBatch.builder(), WANTING + "WithAnEjbByItsClass"))
                .endsWith(
                        "dev.reprise.jobs.injected.Wanting$WithAnEjbByItsClass.ledger wants an @EJB, and there is no CDI in this test."
                                + " List its class in beans(…).");
        assertThat(run(InProcessBatch.builder().beans(Wanting.Transacted.class), WANTING + "WithAnEjbByItsClass"))
                .endsWith(
                        "wants an @EJB of type dev.reprise.jobs.injected.Wanting$Ledger, and in this test there is none. List its"
                                + " class in beans(…).");
        assertThatThrownBy(() -> InProcessBatch.builder()
                        .beans(Wanting.Cart.class)
                        .build()
                        .open())
                .hasStackTraceContaining(
                        "dev.reprise.jobs.injected.Wanting$Cart is a stateful session bean, which only a server has.");
    }

    @Test
    void whatIsNoBeanIsToldThatItIsNone() {
        assertThat(run(withBeans(), WANTING + "ByItsClass"))
                .endsWith(
                        "dev.reprise.jobs.injected.Wanting$ByItsClass.ledger wants @Inject, and ByItsClass is no CDI bean here: the"
                                + " job refers to it by its class, or the test made it with artifact(…). Name it with @Named, list it"
                                + " in beans(…) and refer to it by that name.");
    }

    @Test
    void persistenceContextsThatThereAreNotAreNamed() {
        assertThat(run(withBeans(), "extended"))
                .endsWith(
                        "dev.reprise.jobs.injected.Wanting$Extended.manager wants an extended persistence context, which only a"
                                + " stateful bean of a server has. Test it on a server.");
        assertThat(run(withBeans(), "persistent"))
                .contains(
                        "dev.reprise.jobs.injected.Wanting$Persistent.manager wants persistence unit 'orders', which does not open:")
                .endsWith("It takes a META-INF/persistence.xml and a provider on the class path of the test, as"
                        + " org.hibernate.orm:hibernate-core.");
    }

    @Test
    void aFailureHasItsLine() {
        try (InProcessBatch batch = InProcessBatch.builder().build().open()) {
            batch.define(new JobBuilder("wants")
                    .step(new StepBuilder("it").batchlet(WANTING + "Failing").build())
                    .build());

            JobRun run = batch.run("wants");

            assertThat(run.toString())
                    .containsPattern(
                            "(?m)no quotient\\R {6}at dev\\.reprise\\.jobs\\.injected\\.Wanting\\$Failing\\.divide\\(Wanting\\.java:\\d+\\)$");
            assertThat(run.failedAt()).containsOnlyKeys("it");
        }
    }
}
