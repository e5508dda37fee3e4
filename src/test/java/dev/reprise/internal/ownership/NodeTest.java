package dev.reprise.internal.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.NodeRegistry.Unfit;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.InProcessBatch;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import jakarta.batch.runtime.BatchStatus;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** contract.md §6: a node reports, has its name for itself, and gives up when it could not report for a lease. */
class NodeTest {

    private static final Duration HEARTBEAT = Duration.ofMillis(50);

    /** Never over, however slow this machine is. */
    private static final Duration LEASE = Duration.ofDays(1);

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private final WatchedDatabase database = WatchedDatabase.of(url);
    private final Witness witness = new Witness();
    private AgroalDataSource pool;

    /** What a node said. */
    private static final class Witness implements Node.Duties {

        private final AtomicInteger reports = new AtomicInteger();
        private final List<String> losses = new CopyOnWriteArrayList<>();

        @Override
        public void reported() {
            reports.incrementAndGet();
        }

        @Override
        public void lost(NodeIdentity before, String why) {
            losses.add(why);
        }
    }

    @BeforeEach
    void migrate() throws SQLException {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setUrl(url);
        Schema.migrate(h2);
        pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(5)
                        .acquisitionTimeout(Patience.GUARD)
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(database.url()))));
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void reportsAndHasItsDutiesDone() {
        try (Node node = join("a")) {
            int before = witness.reports.get();
            await().until(() -> witness.reports.get() > before + 3);

            assertThat(node.identity()).isEqualTo(new NodeIdentity("app", "a", 1));
            assertThat(witness.losses).isEmpty();
        }
        assertThat(row("select HEARTBEAT_AT from REPRISE_NODE"))
                .as("it has left")
                .isEqualTo("null");
    }

    @Test
    void refusesAnotherLiveNodeOfItsName() {
        try (Node node = join("a")) {
            execute("update REPRISE_NODE set HEARTBEAT_MILLIS = 3600000"); // if a report comes late, it is not missed
            assertThatThrownBy(() -> join("a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("There is a live node a of application app: process "
                            + ProcessHandle.current().pid() + " on ")
                    .hasMessageEndingWith("Give this server a name of its own: the system property reprise.node.");
            assertThat(node.identity().incarnation()).isEqualTo(1);
            try (Node other = join("b")) {
                assertThat(other.identity()).isEqualTo(new NodeIdentity("app", "b", 1));
            }
        }
    }

    @Test
    void takesTheNameOfAProcessThatIsSilent() {
        registry().enter("app", "a", HEARTBEAT, null);

        try (Node node = join("a")) {
            assertThat(node.identity().incarnation()).isEqualTo(2);
        }
    }

    @Test
    void givesUpAfterALeaseWithoutAReportAndComesBackAsANewIncarnation() {
        try (Node node = join("a", Duration.ofSeconds(4))) {
            database.goesAway();
            await().until(() -> !witness.losses.isEmpty());

            assertThat(witness.losses).singleElement().asString().startsWith("could not report for ");
            assertThatThrownBy(node::identity)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("so it runs nothing until it can report again");

            database.comesBack();
            int before = witness.reports.get();
            await().until(() -> witness.reports.get() > before);
            assertThat(node.identity().incarnation()).isEqualTo(2);
            assertThat(witness.losses).hasSize(1);
            assertThat(row("select INCARNATION from REPRISE_NODE")).isEqualTo("2");
        }
    }

    /** contract.md §3.14, although a launch would find a database. */
    @Test
    void launchesNothingUntilItCanReportAgain() {
        TestDatabase found = TestDatabase.migrated(TestDatabase.Kind.H2);
        Job job = TestNode.job();
        TestNode before = TestNode.of(found, () -> new NodeIdentity("app", "a", 1));
        JobExecutionImpl failed = before.run(job, "month", "2001-01");
        before.end(failed, BatchStatus.FAILED);
        Map<String, Long> rows = found.rowCounts();
        try (Node node = join("a", Duration.ofSeconds(4))) {
            TestNode launching = TestNode.of(found, node::identity);
            database.goesAway();
            await().until(() -> !witness.losses.isEmpty());

            for (Executable request : List.<Executable>of(
                    () -> launching.start(job, "month", "2001-02"),
                    () -> launching.restart(failed.getExecutionId(), job))) {
                assertThatThrownBy(request::execute)
                        .isInstanceOfSatisfying(
                                LaunchRefusedException.class,
                                refused -> assertThat(refused.refusal().kind()).isEqualTo(Kind.NODE_UNAVAILABLE))
                        .hasMessageContaining("so it runs nothing until it can report again");
            }
            assertThat(found.rowCounts()).isEqualTo(rows);

            database.comesBack();
            int reports = witness.reports.get();
            await().until(() -> witness.reports.get() > reports);
            launching.start(job, "month", "2001-02");
            launching.restart(failed.getExecutionId(), job);
        }
    }

    @Test
    void outlivesAnOutageThatIsShorterThanTheLease() {
        try (Node node = join("a")) {
            database.goesAway();
            int before = witness.reports.get();
            await().pollDelay(HEARTBEAT.multipliedBy(4)).until(() -> true);
            assertThat(witness.reports.get()).isLessThanOrEqualTo(before + 1);
            database.comesBack();
            await().until(() -> witness.reports.get() > before + 2);

            assertThat(node.identity().incarnation()).isEqualTo(1);
            assertThat(witness.losses).isEmpty();
        }
    }

    /** It was paused, and somebody else was started in its place. */
    @Test
    void runsNothingWhileAnotherProcessHasItsName() {
        try (Node node = join("a")) {
            execute("update REPRISE_NODE set INCARNATION = 2, HEARTBEAT_AT = current_timestamp,"
                    + " HEARTBEAT_MILLIS = 3600000, PROCESS = 'process 4711 on elsewhere'");
            await().until(() -> !witness.losses.isEmpty());

            assertThat(witness.losses).containsExactly("found that another process has joined under its name");
            assertThatThrownBy(node::identity).isInstanceOf(IllegalStateException.class);

            execute("update REPRISE_NODE set HEARTBEAT_AT = null");
            int before = witness.reports.get();
            await().until(() -> witness.reports.get() > before);
            assertThat(node.identity().incarnation()).isEqualTo(3);
        }
    }

    @Test
    void aNodeThatAnotherOneWouldTakeForDeadWhileItLivesDoesNotJoin() {
        try (Node quick = join("quick", Duration.ofMillis(400))) {
            assertThatThrownBy(() -> Node.join(
                            pool,
                            registry(),
                            new Node.Settings("app", "slow", Duration.ofMillis(500), Duration.ofMinutes(1))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Node slow of application app reports every 0.5 s and takes whoever is silent for 60 s for"
                                    + " dead; node quick reports every 0.05 s and takes whoever is silent for 0.4 s for dead. So"
                                    + " one takes over what the other still runs. Give all nodes of an application the same"
                                    + " reprise.heartbeat and reprise.lease.");
            assertThat(row("select HEARTBEAT_AT from REPRISE_NODE where NODE_ID = 'slow'"))
                    .as("it has left")
                    .isEqualTo("null");
            assertThat(quick.identity().incarnation()).isEqualTo(1);
        }
    }

    @Test
    void aNodeThatWouldTakeALivingOneForDeadDoesNotJoin() {
        try (Node slow = Node.join(
                pool, registry(), new Node.Settings("app", "slow", Duration.ofSeconds(1), Duration.ofMinutes(1)))) {
            assertThatThrownBy(() -> join("hasty", Duration.ofMillis(900)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("node slow reports every 1 s");
            assertThat(slow.identity().incarnation()).isEqualTo(1);
        }
    }

    /** Both sides say it where the one's heartbeat is below the other's lease, but not well below. */
    @Test
    void bothSidesSayThatTheirTimesDoNotGoTogether() {
        try (Node first = join("first", Duration.ofMillis(400));
                Node second = Node.join(
                        pool,
                        registry(),
                        new Node.Settings("app", "second", Duration.ofMillis(200), Duration.ofMinutes(1)))) {
            assertThat(second.unfit()).extracting(Unfit::node).containsExactly("first");
            await().until(() -> !first.unfit().isEmpty());
            assertThat(first.unfit())
                    .containsExactly(new Unfit("second", Duration.ofMillis(200), Duration.ofMinutes(1)));
        }
    }

    @Test
    void nothingIsSaidOfNodesWhoseTimesGoTogetherNorOfDeadOnes() {
        try (Node first = join("first");
                Node second = join("second")) {
            execute("update REPRISE_NODE set HEARTBEAT_MILLIS = 3600000, LEASE_MILLIS = 3600000, INCARNATION = 7,"
                    + " HEARTBEAT_AT = null where NODE_ID = 'second'");
            try (Node third = join("third")) {
                assertThat(third.unfit()).isEmpty();
            }
            int before = witness.reports.get();
            await().until(() -> witness.reports.get() > before + 4);
            assertThat(first.unfit()).isEmpty();
            assertThat(second.unfit()).isEmpty();
        }
    }

    /** A pool may hand out what breaks at the first word. */
    @Test
    void aConnectionThatBreaksAsItIsTakenIsGivenBack() {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger(3);
        DataSource breaking = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (source, method, arguments) -> {
                    open.incrementAndGet();
                    return breaking(pool.getConnection(), open, broken.getAndDecrement() > 0);
                });
        try (Node node = Node.join(breaking, registry(), new Node.Settings("app", "node", HEARTBEAT, LEASE))) {
            node.attend(witness);
            await().until(() -> witness.reports.get() > 2);
            assertThat(open).hasValue(1);
        }
        assertThat(open).hasValue(0);
    }

    private static Connection breaking(Connection real, AtomicInteger open, boolean broken) {
        return (Connection) Proxy.newProxyInstance(
                NodeTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (wrapper, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        open.decrementAndGet();
                    } else if (broken && method.getName().endsWith("NetworkTimeout")) {
                        throw new SQLException("This connection has been closed.", "08003");
                    }
                    return method.invoke(real, arguments);
                });
    }

    private Node join(String name) {
        return join(name, LEASE);
    }

    private Node join(String name, Duration lease) {
        Node node = Node.join(pool, registry(), new Node.Settings("app", name, HEARTBEAT, lease));
        node.attend(witness);
        return node;
    }

    private NodeRegistry registry() {
        return new NodeRegistry(pool, InProcessBatch.transactionManager());
    }

    private String row(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return String.valueOf(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
