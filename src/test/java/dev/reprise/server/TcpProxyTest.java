package dev.reprise.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The faults of the two servers' tests are what they are called: seen by a client of a PostgreSQL behind the proxy. */
class TcpProxyTest {

    @TempDir
    private static Path data;

    private static ClusterDatabase database;
    private static TcpProxy line;

    @BeforeAll
    static void start() {
        database = new ClusterDatabase(data.resolve("database"));
        database.start();
        line = new TcpProxy(database.port());
    }

    @AfterAll
    static void close() {
        line.close();
        database.close();
    }

    @BeforeEach
    void table() {
        database.execute("drop table if exists ITEM");
        database.execute("create table ITEM (NUMBER integer)");
    }

    @AfterEach
    void restore() {
        line.restore();
    }

    @Test
    void whatIsResetIsBrokenAndMayBeConnectedAgain() throws SQLException {
        try (Connection broken = connect()) {
            line.reset();
            assertBroken(() -> insert(broken, 1));
        }
        try (Connection again = connect()) {
            insert(again, 2);
        }
        assertThat(items()).isEqualTo("2");
    }

    @Test
    void whatIsCutRefusesUntilItIsRestored() throws SQLException {
        for (int i = 0; i < 50; i++) {
            line.cut();
            line.restore();
        }
        line.cut();
        assertBroken(() -> connect().close());
        line.restore();
        connect().close();
    }

    @Test
    void oneCommitIsDoneAndNotAnswered() throws SQLException {
        try (Connection connection = connect();
                Connection other = connect()) {
            connection.setAutoCommit(false);
            int before = line.transactions();
            line.swallow(2);
            insert(connection, 1);
            connection.commit();
            insert(connection, 2);
            assertThat(other.isValid(0)).isTrue();
            assertBroken(connection::commit);
            insert(other, 3);
            line.swallow(1);
            assertBroken(() -> insert(other, 4));
            assertThat(line.transactions() - before).isEqualTo(4);
        }
        assertThat(items()).isEqualTo("1,2,3,4");
    }

    @Test
    void oneRequestDoesNotReachIt() throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            int before = line.requests();
            line.before(3, line::reset);
            insert(connection, 1);
            insert(connection, 2);
            assertThat(line.hasStruck()).isFalse();
            assertBroken(connection::commit);
            await().until(line::hasStruck);
            assertThat(line.requests() - before).isEqualTo(3);
        }
        assertThat(items()).isEmpty();
    }

    @Test
    void whatIsAskedIsDoneThoughNoAnswerComes() throws SQLException {
        try (Connection connection = connect()) {
            line.loseAnswers();
            CompletableFuture<Void> insert = CompletableFuture.runAsync(() -> {
                assertBroken(() -> insert(connection, 1));
            });
            await().until(() -> items().equals("1"));
            assertThat(insert).isNotDone();
            line.cut();
            insert.join();
        }
    }

    @Test
    void nothingIsDoneWhileNothingGetsThroughAndAllOfItLater() throws SQLException {
        try (Connection connection = connect()) {
            connection.setNetworkTimeout(Runnable::run, 1000);
            line.mute();
            assertBroken(() -> insert(connection, 1));
            assertThat(items()).isEmpty();
            line.restore();
        }
        await().until(() -> items().equals("1"));
    }

    @Test
    void answersComeLate() throws SQLException {
        try (Connection connection = connect()) {
            line.slow(Duration.ofMillis(200));
            long begin = System.nanoTime();
            insert(connection, 1);
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(200_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT", "QUIT", "KILL"})
    void whatWasCommittedIsThereWhenTheDatabaseIsBack(Signal how) throws SQLException {
        try (Connection connection = connect()) {
            insert(connection, 1);
            database.stop(how);
            assertThat(database.isRunning()).isFalse();
            assertBroken(() -> insert(connection, 2));
        }
        database.start();
        assertThat(items()).isEqualTo("1");
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + line.port() + "/postgres", "postgres", "postgres");
    }

    private static void insert(Connection connection, int number) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into ITEM values (" + number + ")");
        }
    }

    private static String items() {
        return String.join(",", database.column("select NUMBER from ITEM order by NUMBER"));
    }

    private static void assertBroken(ThrowingCallable use) {
        assertThatThrownBy(use).isInstanceOf(SQLException.class);
    }
}
