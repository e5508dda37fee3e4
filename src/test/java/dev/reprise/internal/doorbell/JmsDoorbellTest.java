package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.server.TcpProxy;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.Topic;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import javax.naming.NameNotFoundException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A topic of Jakarta Messaging: rung behind the commit, by a thread of its own that nobody waits for. */
class JmsDoorbellTest extends AnyDoorbell {

    private static final Pace QUICK = new Pace(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMillis(100));

    private final TestBroker broker = new TestBroker();
    private final Database database =
            new Database(TestDatabase.shared(TestDatabase.Kind.H2).pooled(), TestDatabase.TRANSACTIONS);

    JmsDoorbellTest() {
        super("jms", "it's " + UUID.randomUUID());
    }

    @BeforeEach
    void begin() {
        broker.begin();
    }

    @AfterEach
    void end() {
        broker.close();
    }

    @Override
    Database database() {
        return database;
    }

    @Override
    DataSource plain() {
        return TestDatabase.shared(TestDatabase.Kind.H2).plain();
    }

    @Override
    Doorbell doorbell() {
        return doorbell(application, TestBroker.directory(broker.port()));
    }

    private Doorbell doorbell(String its, Directory directory) {
        Doorbells.Settings settings =
                new Doorbells.Settings(Doorbells.Way.JMS, Doorbells.Settings.FACTORY, Doorbells.Settings.TOPIC);
        return new JmsDoorbell(settings, directory, database.transaction(), its, trouble(), QUICK);
    }

    @Test
    void ringsOnlyBehindTheCommit() {
        try (Doorbell here = doorbell();
                Doorbell there = doorbell()) {
            Visitor visitor = Visitor.at(there);

            database.doInOwnTransaction(handle -> {
                here.ring(handle, Bell.ended(1));
                database.read(other -> {
                    there.ring(other, Bell.ended(2));
                    return true;
                });
            });
            visitor.await(Bell.ended(1));
            visitor.await(Bell.ended(2));

            ringAndRollBack(here, Bell.ended(3));
            ringUntilHeard(here, Bell.ended(4), visitor);
            assertThat(visitor.heard()).doesNotContain(Bell.ended(3));
        }
    }

    @Test
    void isHeardByAllNodesAndAllTheirListeners() {
        try (Doorbell here = doorbell();
                Doorbell there = doorbell()) {
            Visitor ours = Visitor.at(here);
            Visitor theirs = Visitor.at(there);
            Visitor second = new Visitor();
            there.listen(second);
            ringUntilHeard(here, Bell.WORK, ours, theirs, second);
            ringUntilHeard(there, Bell.ended(7), ours, theirs, second);
            assertThat(log.all()).isEmpty();
        }
    }

    @Test
    void otherApplicationsAndWhatIsNoBellArePassedOver() throws Exception {
        Directory directory = TestBroker.directory(broker.port());
        try (Doorbell here = doorbell();
                Doorbell other = doorbell(application + "-2", directory);
                JMSContext anybody = ((ConnectionFactory) directory.find(Doorbells.Settings.FACTORY)).createContext()) {
            Visitor visitor = Visitor.at(here);
            ring(other, Bell.ended(1));
            Topic topic = (Topic) directory.find(Doorbells.Settings.TOPIC);
            JMSProducer producer = anybody.createProducer();
            producer.send(topic, Bell.ended(2).text());
            producer.setProperty("repriseApplication", application)
                    .send(topic, "")
                    .send(topic, (String) null)
                    .send(topic, "ENDED 0")
                    .send(topic, new byte[] {1})
                    .send(topic, UUID.randomUUID())
                    .send(topic, anybody.createMapMessage())
                    .send(topic, Bell.ended(4).text());
            visitor.await(Bell.ended(4));
            assertThat(visitor.heard()).containsExactly(Bell.ended(4));
        }
    }

    @Test
    void worksAsSoonAsThereIsABroker() {
        broker.end();
        try (Doorbell here = doorbell();
                Doorbell there = doorbell()) {
            Visitor visitor = new Visitor();
            there.listen(visitor);
            ring(here, Bell.ended(1)); // nobody hears it, and nobody waits
            await().until(() -> log.failures() > 4);
            assertThat(log.shown())
                    .hasSizeBetween(1, 2) // each node says it once
                    .allSatisfy(line -> assertThat(line).startsWith("WARNING The doorbell jms does not work"));

            broker.begin();
            visitor.await(Bell.WORK);
            ringUntilHeard(here, Bell.ended(2), visitor);
            await().until(() -> log.shown().contains("INFO The doorbell jms works again"));
        }
    }

    @Test
    void hearsAgainWhenTheBrokerIsBack() {
        try (Doorbell here = doorbell()) {
            Visitor visitor = Visitor.at(here);
            ringUntilHeard(here, Bell.ended(1), visitor);

            broker.end();
            await().until(() -> !log.shown().isEmpty());
            ring(here, Bell.ended(2));
            broker.begin();
            visitor.await(Bell.WORK); // for what was not heard
            ringUntilHeard(here, Bell.ended(3), visitor);
            await().until(() -> log.shown().size() == 2);
            assertSaidThatItDidNotWorkAndThatItDid("");
        }
    }

    @Test
    void hearsAgainOnALineThatWentDumb() {
        try (TcpProxy line = new TcpProxy(broker.port());
                Doorbell here = doorbell(application, TestBroker.directory(line.port()))) {
            assertHearsAgainOnALineThatWentDumb(here, line);
        }
    }

    @Test
    void nobodyWaitsForABrokerThatDoesNotAnswer() {
        CountDownLatch never = new CountDownLatch(1);
        Doorbell here = doorbell(application, name -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new NameNotFoundException(name);
        });
        here.listen(bell -> {});
        for (int id = 1; id <= 10 * JmsDoorbell.MOST; id++) {
            ring(here, Bell.ended(id));
        }
        assertThat(Threads.of(application)).as("one for each direction").hasSize(2);
        here.close();
        await().until(() -> Threads.of(application).isEmpty());
    }

    @Test
    void namesTheSettingThatLeadsNowhere() {
        assertThat(complaint(name -> {
                    throw new NameNotFoundException("jms/factory/reprise -- service jboss.naming...");
                }))
                .endsWith(
                        "it is tried again: reprise.doorbell.factory is 'java:/jms/factory/reprise', and the server has"
                                + " nothing of that name; write the JNDI name of a connection factory of Jakarta Messaging, as"
                                + " wildfly-config/configure-artemis.cli makes one");
        Directory right = TestBroker.directory(broker.port());
        assertThat(complaint(name -> name.contains("topic") ? "a text" : right.find(name)))
                .endsWith("it is tried again: reprise.doorbell.topic is 'java:/jms/topic/reprise', which is no topic of"
                        + " Jakarta Messaging but a java.lang.String");
    }

    /** Of several attempts in both directions, one line. */
    private String complaint(Directory directory) {
        log.all().clear();
        try (Doorbell here = doorbell(application, directory)) {
            here.listen(bell -> {});
            ring(here, Bell.WORK);
            await().until(() -> log.failures() > 6);
        }
        assertThat(log.shown()).hasSize(1);
        return log.shown().get(0);
    }

    @Test
    void hasNoThreadsBeforeItIsUsedNorAfter() {
        Doorbell here = doorbell();
        assertThat(Threads.of(application)).isEmpty();
        ring(here, Bell.WORK);
        assertThat(Threads.of(application)).hasSize(1);
        Visitor.at(here);
        assertThat(Threads.of(application)).hasSize(2);
        here.close();
        assertThat(Threads.of(application)).isEmpty();
        ring(here, Bell.WORK);
        here.listen(bell -> {});
        assertThat(Threads.of(application)).isEmpty();
        here.close();
    }
}
