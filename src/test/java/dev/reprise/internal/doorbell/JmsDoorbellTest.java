package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.server.TcpProxy;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.Topic;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import javax.naming.NameNotFoundException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A topic of Jakarta Messaging: rung behind the commit, by a thread of its own that nobody waits for. */
class JmsDoorbellTest {

    private static final Pace QUICK = new Pace(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMillis(100));

    private final String application = "it's " + UUID.randomUUID();
    private final LogLines log = new LogLines();
    private final TestBroker broker = new TestBroker();
    private final Database database =
            new Database(TestDatabase.shared(TestDatabase.Kind.H2).pooled(), TestDatabase.TRANSACTIONS);

    @BeforeEach
    void begin() {
        broker.begin();
    }

    @AfterEach
    void end() {
        broker.close();
    }

    private Doorbell doorbell() {
        return doorbell(application, TestBroker.directory(broker.port()));
    }

    private Doorbell doorbell(String its, Directory directory) {
        Doorbells.Settings settings =
                new Doorbells.Settings(Doorbells.Way.JMS, Doorbells.Settings.FACTORY, Doorbells.Settings.TOPIC);
        return new JmsDoorbell(settings, directory, database.transaction(), its, new Trouble("jms", log), QUICK);
    }

    private void ring(Doorbell doorbell, Bell bell) {
        database.doInOwnTransaction(handle -> doorbell.ring(handle, bell));
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

            assertThatThrownBy(() -> database.doInOwnTransaction(handle -> {
                        here.ring(handle, Bell.ended(3));
                        throw new IllegalStateException("rolled back");
                    }))
                    .hasMessage("rolled back");
            ring(here, Bell.ended(4));
            visitor.await(Bell.ended(4));
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
            ring(here, Bell.WORK);
            for (Visitor visitor : List.of(ours, theirs, second)) {
                visitor.await(Bell.WORK);
            }
            ring(there, Bell.ended(7));
            for (Visitor visitor : List.of(ours, theirs, second)) {
                visitor.await(Bell.ended(7));
            }
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
            ring(here, Bell.ended(2));
            visitor.await(Bell.ended(2));
            await().until(() -> log.shown().contains("INFO The doorbell jms works again"));
        }
    }

    @Test
    void hearsAgainWhenTheBrokerIsBack() {
        try (Doorbell here = doorbell()) {
            Visitor visitor = Visitor.at(here);
            ring(here, Bell.ended(1));
            visitor.await(Bell.ended(1));

            broker.end();
            await().until(() -> !log.shown().isEmpty());
            ring(here, Bell.ended(2));
            broker.begin();
            visitor.await(Bell.WORK); // for what was not heard
            ring(here, Bell.ended(3));
            visitor.await(Bell.ended(3));
            await().until(() -> log.shown().size() == 2);
            assertThat(log.shown())
                    .satisfiesExactly(
                            gone -> assertThat(gone).startsWith("WARNING The doorbell jms does not work"),
                            back -> assertThat(back).isEqualTo("INFO The doorbell jms works again"));
        }
    }

    /** Nobody says that it is dead, so that it has to be found out. */
    @Test
    void hearsAgainOnALineThatWentDumb() {
        try (TcpProxy line = new TcpProxy(broker.port());
                Doorbell here = doorbell(application, TestBroker.directory(line.port()))) {
            Visitor visitor = Visitor.at(here);
            ring(here, Bell.ended(1));
            visitor.await(Bell.ended(1));

            line.mute();
            await().until(() -> !log.shown().isEmpty());
            line.restore();
            visitor.await(Bell.WORK);
            ring(here, Bell.ended(2));
            visitor.await(Bell.ended(2));
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

    @Test
    void isNotRungInATransactionOfJta() throws Exception {
        try (Doorbell here = doorbell();
                Handle handle =
                        Jdbi.open(TestDatabase.shared(TestDatabase.Kind.H2).plain())) {
            TestDatabase.TRANSACTIONS.begin();
            assertThatThrownBy(() -> here.ring(handle, Bell.WORK))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in a transaction of the repository's own");
        } finally {
            TestDatabase.TRANSACTIONS.rollback();
        }
    }
}
