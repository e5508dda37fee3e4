package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.internal.database.Channel;
import dev.reprise.internal.database.Connections;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.server.TcpProxy;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL's notifications: part of the transaction, heard by all, and heard again whatever happens to the connection. */
class NotifyDoorbellTest extends AnyDoorbell {

    private static final Pace QUICK = new Pace(Duration.ofMillis(50), Duration.ofMillis(500), Duration.ofMillis(100));

    private final TestDatabase found = TestDatabase.migrated(TestDatabase.Kind.POSTGRESQL);
    private TcpProxy line;
    private AgroalDataSource pool;
    private Database database;

    NotifyDoorbellTest() {
        super("notify", "app-" + UUID.randomUUID());
    }

    @BeforeEach
    void connect() throws SQLException {
        PGSimpleDataSource plain = (PGSimpleDataSource) found.plain();
        URI url = URI.create(plain.getUrl().substring("jdbc:".length()));
        line = new TcpProxy(url.getPort());
        pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .metricsEnabled()
                .connectionPoolConfiguration(pool -> pool.maxSize(4)
                        .acquisitionTimeout(Patience.GUARD)
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl("jdbc:" + url.getScheme() + "://"
                                + "127.0.0.1:" + line.port() + url.getPath() + "?" + url.getRawQuery() + "&user="
                                + plain.getUser()
                                + "&ApplicationName=" + application))));
        database = new Database(pool, TestDatabase.TRANSACTIONS);
    }

    @AfterEach
    void disconnect() {
        pool.close();
        line.close();
    }

    @Override
    Database database() {
        return database;
    }

    @Override
    DataSource plain() {
        return found.plain();
    }

    @Override
    Doorbell doorbell() {
        return doorbell(application);
    }

    private Doorbell doorbell(String its) {
        return new NotifyDoorbell(
                Channel.of(database, its), new Connections(pool), database.transaction(), its, trouble(), QUICK);
    }

    @Test
    void ringsOnlyWhenTheTransactionIsCommitted() {
        Database meanwhile = new Database(found.plain(), TestDatabase.TRANSACTIONS);
        try (Doorbell here = doorbell();
                Doorbell there = doorbell()) {
            Visitor visitor = Visitor.at(there);

            database.doInOwnTransaction(handle -> {
                here.ring(handle, Bell.ended(1));
                meanwhile.doInOwnTransaction(other -> here.ring(other, Bell.ended(2)));
                visitor.await(Bell.ended(2));
                assertThat(visitor.heard()).doesNotContain(Bell.ended(1));
            });
            visitor.await(Bell.ended(1));

            ringAndRollBack(here, Bell.ended(3));
            ringUntilHeard(here, Bell.ended(4), visitor);
            assertThat(visitor.heard()).containsExactly(Bell.ended(2), Bell.ended(1), Bell.ended(4));
        }
    }

    @Test
    void isHeardByAllNodesAndAllTheirListeners() {
        try (Doorbell here = doorbell();
                Doorbell there = doorbell()) {
            Visitor ours = Visitor.at(here);
            Visitor theirs = Visitor.at(there);
            Visitor second = new Visitor();
            there.listen(bell -> {
                throw new IllegalStateException("this one fails, and that is no other's");
            });
            there.listen(second);
            database.read(handle -> {
                here.ring(handle, Bell.WORK); // in no transaction: at once
                return true;
            });
            ours.await(Bell.WORK);
            theirs.await(Bell.WORK);
            second.await(Bell.WORK);
            ringUntilHeard(there, Bell.ended(7), ours, second);
        }
    }

    @Test
    void othersAreNotHeard() {
        TestDatabase elsewhere = TestDatabase.migrated(TestDatabase.Kind.POSTGRESQL);
        Database theirs = new Database(elsewhere.pooled(), TestDatabase.TRANSACTIONS);
        try (Doorbell here = doorbell();
                Doorbell otherApplication = doorbell(application + "-2");
                Doorbell otherSchema = new NotifyDoorbell(
                        Channel.of(theirs, application),
                        new Connections(elsewhere.pooled()),
                        theirs.transaction(),
                        application,
                        trouble(),
                        QUICK)) {
            Visitor visitor = Visitor.at(here);
            ring(otherApplication, Bell.ended(1));
            theirs.doInOwnTransaction(handle -> otherSchema.ring(handle, Bell.ended(2)));
            ringUntilHeard(here, Bell.ended(3), visitor);
            assertThat(visitor.heard()).containsExactly(Bell.ended(3));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "WORK", "ENDED 1; drop table REPRISE_NODE", "ENDED 0", "{\"kind\":\"WORK\"}"})
    void whatIsNoBellIsPassedOver(String text) {
        try (Doorbell here = doorbell()) {
            Visitor visitor = Visitor.at(here);
            Channel channel = Channel.of(database, application);
            database.doInOwnTransaction(handle -> channel.say(handle, text));
            ringUntilHeard(here, Bell.ended(3), visitor);
            assertThat(visitor.heard()).containsExactly(Bell.ended(3));
        }
    }

    @Test
    void anyNameOfAnApplicationWillDo() {
        try (Doorbell here = doorbell("'; drop table REPRISE_NODE; -- \"한국\\".repeat(4))) {
            Visitor visitor = Visitor.at(here);
            ringUntilHeard(here, Bell.ended(3), visitor);
        }
    }

    @Test
    void hearsAgainWhenTheDatabaseHasEndedItsSession() {
        try (Doorbell here = doorbell()) {
            Visitor visitor = Visitor.at(here);

            assertThat(found.rows(
                            "select pg_terminate_backend(pid) from pg_stat_activity" + " where application_name = ?",
                            application))
                    .contains("t");

            visitor.await(Bell.WORK); // for what was not heard
            ringUntilHeard(here, Bell.ended(5), visitor);
            assertSaidThatItDidNotWorkAndThatItDid(
                    ", so nodes find what there is to do by their own looks every few seconds; it is tried again: FATAL");
        }
    }

    @Test
    void hearsAgainOnALineThatWentDumb() {
        try (Doorbell here = doorbell()) {
            assertHearsAgainOnALineThatWentDumb(here, line);
            assertThat(log.shown().get(0)).startsWith("WARNING The doorbell notify does not work");
            await().until(() -> log.shown().contains("INFO The doorbell notify works again"));
        }
    }

    @Test
    void saysOnceThatItHearsNothingAndOnceThatItDoes() {
        try (Doorbell here = doorbell()) {
            line.cut();
            Visitor visitor = new Visitor();
            here.listen(visitor);
            await().until(() -> log.failures() > 4);
            line.restore();
            visitor.await(Bell.WORK);
            assertSaidThatItDidNotWorkAndThatItDid("");
        }
    }

    /** As through a pooler that gives each transaction another session. */
    @Test
    void saysThatItDoesNotEvenHearItself() {
        DataSource deaf = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (source, method, arguments) -> deaf(Connection.class, pool.getConnection()));
        try (Doorbell here = new NotifyDoorbell(
                Channel.of(database, application),
                new Connections(deaf),
                database.transaction(),
                application,
                trouble(),
                QUICK)) {
            here.listen(bell -> {});
            await().until(() -> !log.shown().isEmpty());
            assertThat(log.shown())
                    .singleElement()
                    .asString()
                    .startsWith("WARNING What PostgreSQL notifies does not arrive, not even what this node says");
        }
    }

    private static <T> T deaf(Class<T> type, Object real) {
        return type.cast(Proxy.newProxyInstance(
                NotifyDoorbellTest.class.getClassLoader(), new Class<?>[] {type}, (wrapper, method, arguments) -> {
                    boolean listens =
                            arguments != null && arguments[0] instanceof String sql && sql.startsWith("listen ");
                    Object result = listens ? (Object) false : method.invoke(real, arguments);
                    return result instanceof Statement && type == Connection.class
                            ? deaf(Statement.class, result)
                            : result;
                }));
    }

    @Test
    void keepsOneConnectionAndGivesItBackAsItWas() throws SQLException {
        int before = inUse();
        Doorbell here = doorbell();
        assertThat(Threads.of(application)).isEmpty();
        try (here) {
            Visitor.at(here);
            here.listen(bell -> {});
            assertThat(Threads.of(application)).hasSize(1);
            assertThat(inUse()).isEqualTo(before + 1);
        }
        assertThat(Threads.of(application)).isEmpty();
        assertThat(inUse()).isEqualTo(before);
        here.listen(bell -> {});
        here.close();
        assertThat(Threads.of(application)).isEmpty();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet listening = statement.executeQuery("select count(*) from pg_listening_channels()")) {
            assertThat(listening.next()).isTrue();
            assertThat(listening.getInt(1)).isZero();
            assertThat(connection.getNetworkTimeout()).isZero();
        }
    }

    private int inUse() {
        return (int) pool.getMetrics().activeCount();
    }

    @Test
    void endsItsThreadWhileTheDatabaseIsAway() {
        Doorbell here = doorbell();
        Visitor.at(here);
        line.mute();
        here.close();
        line.restore();
        await().until(() -> Threads.of(application).isEmpty());
    }
}
