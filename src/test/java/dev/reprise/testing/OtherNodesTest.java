package dev.reprise.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.access.Access;
import dev.reprise.access.AccessDeniedException;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.ownership.Node;
import dev.reprise.internal.ownership.Recovery;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.Requests;
import dev.reprise.internal.store.Requests.Answer;
import dev.reprise.internal.store.Requests.Asker;
import dev.reprise.internal.store.Requests.Look;
import dev.reprise.internal.store.Requests.Request;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.MergedLog.NodePart;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.operate.NoAnswerException;
import dev.reprise.operate.OtherNodes;
import dev.reprise.operate.RequestsHere;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §8.8: the console of one application acts on executions of another one, whose nodes do what it asks. */
class OtherNodesTest {

    private static final Caller ADMIN = new Caller("ann", "192.0.2.7", EnumSet.allOf(Role.class));
    private static final Caller VIEWER = new Caller("vic", "192.0.2.8", Set.of(Role.VIEWER));
    private static final ClassLoader LOADER = OtherNodesTest.class.getClassLoader();
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    /** The databases that the repository is for. */
    enum Kind {
        H2,
        POSTGRESQL;

        String url() {
            if (this == H2) {
                return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";
            }
            return PostgresServer.emptySchemaUrl();
        }
    }

    private final AtomicBoolean fails = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private @Nullable InProcessBatch shop;
    private @Nullable Node shopNode;
    private @Nullable Recovery shopRecovery;
    private @Nullable Node rootNode;
    private @Nullable RepriseRepository root;
    private @Nullable ExecutionLogs shopLogs;
    private @Nullable OtherNodes others;

    @TempDir
    private Path logs;

    private static RepriseRepository repository(
            DataSource dataSource, TransactionManager transactions, Node node, ServerParts server) {
        return new RepriseRepository(new RepositoryParts(
                dataSource,
                transactions,
                node::identity,
                Duration.ofDays(1),
                Duration.ZERO,
                new DeploymentRules(LOADER, false, null),
                () -> null,
                LOADER,
                "",
                () -> {
                    throw new IllegalStateException("no job here has a secret");
                },
                ExecutionLists.LISTED,
                Set.of(),
                null,
                true,
                new Capacity(2, Set.of()),
                dev.reprise.internal.doorbell.Doorbells.Settings.NONE,
                server));
    }

    private static Node node(
            DataSource dataSource, TransactionManager transactions, String application, boolean asked) {
        return node(dataSource, transactions, application, application + "-1", asked);
    }

    private static Node node(
            DataSource dataSource, TransactionManager transactions, String application, String name, boolean asked) {
        return Node.join(
                dataSource,
                new NodeRegistry(dataSource, transactions),
                new Node.Settings(application, name, HEARTBEAT, Duration.ofDays(1), asked));
    }

    /** The applications shop, which runs the job, and root, whose console it is. */
    private void open(Kind kind) throws SQLException {
        open(kind, true);
    }

    private void open(Kind kind, boolean asked) throws SQLException {
        InProcessBatch batch = InProcessBatch.builder()
                .jobs("traps")
                .database(kind.url())
                .artifact("task", () -> new AbstractBatchlet() {
                    @Override
                    public String process() throws InterruptedException {
                        if (fails.get()) {
                            throw new IllegalStateException("as it is to");
                        }
                        Logger.getLogger("shop").warning("at work");
                        stopped.await();
                        return "DONE";
                    }

                    @Override
                    public void stop() {
                        stopped.countDown();
                    }
                })
                .repository((dataSource, transactions) -> {
                    Schema.migrate(dataSource);
                    shopNode = node(dataSource, transactions, "shop", asked);
                    RepriseRepository opened = repository(
                            dataSource,
                            transactions,
                            shopNode,
                            new ServerParts(Optional::empty, () -> true, shopLogs(), Optional.empty()));
                    shopRecovery = new Recovery(
                            opened,
                            job -> LOADER,
                            () -> true,
                            new RequestsHere(opened, job -> LOADER, () -> true)::answer);
                    shopNode.attend(shopRecovery);
                    return opened;
                })
                .build()
                .open();
        shop = batch;
        TransactionManager transactions = InProcessBatch.transactionManager();
        Node node = node(batch.dataSource(), transactions, "root", true);
        rootNode = node;
        RepriseRepository repository = repository(batch.dataSource(), transactions, node, ServerParts.NONE);
        root = repository;
        others = new OtherNodes(() -> repository);
    }

    @AfterEach
    void close() {
        stopped.countDown();
        if (shopLogs != null) {
            shopLogs.close();
        }
        if (shopRecovery != null) {
            shopRecovery.close();
        }
        shopNode().close();
        requireNonNull(rootNode).close();
        shop().close();
    }

    private Optional<ExecutionLogs> shopLogs() {
        shopLogs = ExecutionLogs.open(logs, "shop", 1 << 20, null);
        return Optional.of(shopLogs);
    }

    private InProcessBatch shop() {
        return requireNonNull(shop);
    }

    private Node shopNode() {
        return requireNonNull(shopNode);
    }

    private RepriseRepository root() {
        return requireNonNull(root);
    }

    private OtherNodes others() {
        return requireNonNull(others);
    }

    private long running(String run) {
        return shop().launcher()
                .start(LaunchRequest.of("task").with("run", run).withNonIdentifying("note", "first"))
                .getExecutionId();
    }

    private long failed(String run) {
        fails.set(true);
        long id = shop().launcher()
                .run(LaunchRequest.of("task").with("run", run).withNonIdentifying("note", "first"))
                .getExecutionId();
        fails.set(false);
        return id;
    }

    private static <T extends @Nullable Object> T answer(Supplier<CompletionStage<T>> asked) throws Exception {
        try {
            return Access.as(ADMIN, asked).toCompletableFuture().get(Patience.GUARD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException thrown ? thrown : e;
        }
    }

    private static Refusal refusal(Supplier<CompletionStage<?>> asked) {
        Throwable thrown = catchThrowable(() -> answer(() -> asked.get().thenApply(done -> "done")));
        assertThat(thrown).isInstanceOf(LaunchRefusedException.class);
        return ((LaunchRefusedException) thrown).refusal();
    }

    private void execute(String sql) {
        try (Connection connection = shop().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long requests() {
        try (Connection connection = shop().dataSource().getConnection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from REPRISE_REQUEST")) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<AuditEntry> audit(RepriseRepository of, long executionId) {
        return of.audit().page(null, executionId, Long.MAX_VALUE, 10);
    }

    @ParameterizedTest
    @EnumSource
    void stopsRestartsAndReadsTheLogOnANodeOfTheOtherApplication(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        assertThat(others().isAnothers(id)).isTrue();

        await().until(() -> {
            String log = answer(() -> others().log(id, 100).orElseThrow());
            return log != null && log.contains("at work");
        });
        answer(() -> others().stop(id));
        assertThat(shop().launcher().await(id, Patience.GUARD).getBatchStatus()).isEqualTo(BatchStatus.STOPPED);
        long again = answer(() -> others().restart(id, Map.of("-note", "second")));
        assertThat(shop().launcher().await(again, Patience.GUARD).getBatchStatus())
                .isEqualTo(BatchStatus.COMPLETED);
        assertThat(shop().repository().recorded().parameters(again).byName().get("note"))
                .hasFieldOrPropertyWithValue("value", "second");

        assertThat(audit(root(), id))
                .extracting(AuditEntry::user, AuditEntry::address, AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("ann", "192.0.2.7", "stop", "done"));
        assertThat(audit(shop().repository(), id))
                .extracting(AuditEntry::user, AuditEntry::address, AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("ann", "192.0.2.7", "stop", "done"));
        assertThat(audit(root(), again))
                .extracting(AuditEntry::action, AuditEntry::outcome, AuditEntry::detail)
                .containsExactly(tuple("restart", "done", "by application shop"));
        assertThat(audit(shop().repository(), again))
                .extracting(AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("restart", "done"));
        await().untilAsserted(() -> assertThat(requests()).isZero());
    }

    /** With the text, the kind and the instance that the other application's own console would say. */
    @ParameterizedTest
    @EnumSource
    void failsAsItWouldThere(Kind kind) throws Exception {
        open(kind);
        stopped.countDown();
        long done = running("1");
        assertThat(shop().launcher().await(done, Patience.GUARD).getBatchStatus())
                .isEqualTo(BatchStatus.COMPLETED);

        assertThatThrownBy(() -> answer(() -> others().stop(done))).isInstanceOf(JobExecutionNotRunningException.class);
        Refusal refusal = refusal(() -> others().restart(done, Map.of()));
        LaunchRefusedException there = catchThrowableOfType(
                LaunchRefusedException.class, () -> shop().launcher().restart(done, Map.of()));
        assertThat(refusal).isEqualTo(there.refusal());
        assertThat(audit(root(), done))
                .extracting(AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("restart", "refused"), tuple("stop", "failed"));
        assertThat(audit(shop().repository(), done))
                .extracting(AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("restart", "refused"), tuple("stop", "failed"));
    }

    /** Partitions of it ran on another node, too, which is away by now, and on one that died of them. */
    @ParameterizedTest
    @EnumSource
    void readsTheLogOfAllNodesThatRanIt(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        String own = shopNode().identity().name();
        await().until(() -> String.valueOf(answer(() -> others().log(id, 100).orElseThrow()))
                .contains("at work"));
        assertThat(others().nodesOf(id)).containsExactly(own);
        execute("""
                insert into BATCH_STEP_EXECUTION
                    (STEP_EXECUTION_ID, VERSION, STEP_NAME, JOB_EXECUTION_ID, CREATE_TIME, STATUS, REPRISE_PARTITION,
                     REPRISE_PARTITION_OF, REPRISE_NODE, REPRISE_NODES_BEFORE, REPRISE_ATTEMPT)
                select 900, 0, 'work:partition0', JOB_EXECUTION_ID, CREATE_TIME, 'COMPLETED', 0, STEP_EXECUTION_ID,
                       'away', 'dead', 1
                  from BATCH_STEP_EXECUTION""");

        List<NodePart> parts = answer(() -> others().logs(id, others().nodesOf(id), 100));

        assertThat(parts.get(0).text()).contains("at work");
        assertThat(parts).extracting(NodePart::node).containsExactly(own, "away", "dead");
        assertThat(parts.subList(1, 3))
                .allMatch(part -> part.text() == null
                        && String.valueOf(part.missing()).startsWith("it is not alive, or cannot be asked"));
        await().until(() -> requests() == 0);
        assertThat(new Monitor(shop().launcher(), this::root)
                        .detail(id)
                        .orElseThrow()
                        .logNodes())
                .containsExactly("away", "dead", own);
    }

    @ParameterizedTest
    @EnumSource
    void showsWhoseItIsAndWhatCanBeDone(Kind kind) throws Exception {
        open(kind);
        long failed = failed("1");
        long running = running("2");
        Monitor monitor = new Monitor(shop().launcher(), this::root);

        assertThat(monitor.executions(
                                new ExecutionSearch((String) null, Set.of(), false, null, null, null),
                                Long.MAX_VALUE,
                                10)
                        .items())
                .extracting(View.Execution::id, View.Execution::application)
                .containsExactly(tuple(running, "shop"), tuple(failed, "shop"));
        View.ExecutionDetail detail = monitor.detail(failed).orElseThrow();
        assertThat(detail.actions()).isEqualTo(new View.Actions(false, true, true, "shop", null));
        assertThat(monitor.detail(running).orElseThrow().actions())
                .isEqualTo(new View.Actions(true, false, false, "shop", null));
        View.InstanceDetail instance =
                monitor.instance(detail.execution().instanceId()).orElseThrow();
        assertThat(instance.instance().application()).isEqualTo("shop");
        assertThat(instance.launch()).isNull();
        assertThat(new Monitor(shop().launcher(), shop()::repository)
                        .detail(failed)
                        .orElseThrow()
                        .execution()
                        .application())
                .isNull();

        shopNode().close();
        RepriseRepository later = root();
        later.neighbours().applications().whoCanBeAskedNow("shop");
        assertThat(monitor.detail(failed).orElseThrow().actions())
                .isEqualTo(new View.Actions(
                        false,
                        false,
                        true,
                        null,
                        "It belongs to application 'shop', and no node of it is alive that could be asked to stop or"
                                + " restart it."));
        assertThat(monitor.detail(running).orElseThrow().actions().stop()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void saysThatNobodyIsAliveAndAsksNothing(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        shopNode().close();

        for (Supplier<CompletionStage<?>> asked :
                List.<Supplier<CompletionStage<?>>>of(() -> others().stop(id), () -> others().restart(id, Map.of()))) {
            Refusal refusal = refusal(asked);
            assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NODE_UNAVAILABLE);
            assertThat(refusal.message())
                    .startsWith(
                            "Execution " + id + " of task belongs to application 'shop', and no node of it is alive");
        }
        assertThat(Access.as(ADMIN, () -> others().log(id, 10))).isEmpty();
        assertThat(requests()).isZero();
        assertThat(audit(root(), id))
                .extracting(AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("restart", "refused"), tuple("stop", "refused"));
    }

    /** As of an earlier version, whose row says nothing, or of one whose incarnation is not the one that said it. */
    @ParameterizedTest
    @EnumSource
    void asksNoNodeThatDoesNotTakeRequests(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        execute("update REPRISE_NODE set TAKES_REQUESTS = INCARNATION + 1 where APPLICATION = 'shop'");

        assertThat(refusal(() -> others().stop(id)).kind()).isEqualTo(Refusal.Kind.NODE_UNAVAILABLE);
        execute("update REPRISE_NODE set TAKES_REQUESTS = null where APPLICATION = 'shop'");
        assertThat(refusal(() -> others().stop(id)).kind()).isEqualTo(Refusal.Kind.NODE_UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource
    void neitherShowsNorAsksWhatDoesNotWantToBeSeen(Kind kind) throws Exception {
        open(kind, false);
        long id = running("1");

        assertThat(others().isAnothers(id)).isFalse();
        assertThat(root().neighbours().seen().execution(id)).isEmpty();
        assertThat(root().neighbours().seen().running(10)).isEmpty();
    }

    /** It is there as long as somebody may take it, and never done afterwards. */
    @ParameterizedTest
    @EnumSource
    void withdrawsWhatNobodyTakes(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        execute("update REPRISE_NODE set HEARTBEAT_MILLIS = 1 where APPLICATION = 'shop'");
        shopNode().attend(new Node.Duties() {}); // it reports, and does nothing more

        Refusal refusal = refusal(() -> others().stop(id));

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NODE_UNAVAILABLE);
        assertThat(refusal.message())
                .contains(
                        "no node of it took the request to stop it within 3 s, so the request was withdrawn",
                        "Nothing");
        assertThat(requests()).isZero();
        new RequestsHere(shop().repository(), job -> LOADER, () -> true).answer();
        assertThat(shop().launcher().execution(id).getBatchStatus()).isEqualTo(BatchStatus.STARTED);
    }

    @ParameterizedTest
    @EnumSource
    void saysSoWhenTheNodeDiesThatTookIt(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        shopNode().attend(new Node.Duties() {});
        CompletionStage<String> stop = Access.as(ADMIN, () -> others().stop(id));
        Requests there = shop().repository().neighbours().requests();
        List<Request> due = there.due("");
        assertThat(due).extracting(Request::kind, Request::executionId).containsExactly(tuple("stop", id));
        assertThat(there.take(due.get(0).id())).isTrue();
        assertThat(there.due("")).isEmpty();

        execute("update REPRISE_NODE set INCARNATION = INCARNATION + 1 where APPLICATION = 'shop'");

        assertThatThrownBy(() -> answer(() -> stop))
                .isInstanceOf(NoAnswerException.class)
                .hasMessage("node shop-1 of application shop took the request and died, or was started anew: it is not"
                        + " known whether it did stop execution " + id
                        + ". Look at the execution, and ask again if it did not.");
        assertThat(audit(root(), id)).extracting(AuditEntry::outcome).containsExactly("failed");
        execute("update REPRISE_REQUEST set EXPIRES_AT = current_timestamp - interval '61' second");
        assertThat(root().neighbours().requests().sweep()).isOne();
    }

    /** Restarts that a node leaves to others may be many, and stand in nobody's way. */
    @ParameterizedTest
    @EnumSource
    void findsAStopBehindRestartsThatItDoesNotDo(Kind kind) throws Exception {
        open(kind);
        shopNode().attend(new Node.Duties() {});
        Requests asked = root().neighbours().requests();
        for (int i = 0; i < 150; i++) {
            asked.ask(request("restart", i, "batch-operator"), Duration.ofMinutes(1));
        }
        asked.ask(request("stop", 7, "batch-operator"), Duration.ofMinutes(1));
        Requests there = shop().repository().neighbours().requests();

        assertThat(there.due("restart"))
                .extracting(Request::kind, Request::executionId)
                .containsExactly(tuple("stop", 7L));
        assertThat(there.due("")).hasSize(20).extracting(Request::kind).containsOnly("restart");
        execute("delete from REPRISE_REQUEST");
    }

    /** The database decides, whoever comes at one moment: both nodes of the application, or the asker that gives up. */
    @ParameterizedTest
    @EnumSource
    void takesOrWithdrawsEachRequestOnce(Kind kind) throws Exception {
        open(kind);
        shopNode().attend(new Node.Duties() {});
        TransactionManager transactions = InProcessBatch.transactionManager();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (Node second = node(shop().dataSource(), transactions, "shop", "shop-2", true)) {
            Requests there = repository(shop().dataSource(), transactions, second, ServerParts.NONE)
                    .neighbours()
                    .requests();
            Requests here = shop().repository().neighbours().requests();
            for (int round = 0; round < 30; round++) {
                long id =
                        root().neighbours().requests().ask(request("log", 1, "batch-operator"), Duration.ofMinutes(1));
                CyclicBarrier together = new CyclicBarrier(3);
                List<Future<Boolean>> won = threads.invokeAll(List.of(
                        () -> together.await() >= 0 && here.take(id),
                        () -> together.await() >= 0 && there.take(id),
                        () -> together.await() >= 0
                                && root().neighbours().requests().withdraw(id)));
                int winners = 0;
                for (Future<Boolean> one : won) {
                    winners += one.get() ? 1 : 0;
                }
                assertThat(winners).as("round %d", round).isOne();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Two nodes look at one moment, again and again: what is asked happens once, and the audit has it once. */
    @ParameterizedTest
    @EnumSource
    void isDoneOnceByTwoNodes(Kind kind) throws Exception {
        open(kind);
        shopNode().attend(new Node.Duties() {});
        long failed = failed("1");
        fails.set(false);
        stopped.countDown();
        TransactionManager transactions = InProcessBatch.transactionManager();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Node second = node(shop().dataSource(), transactions, "shop", "shop-2", true)) {
            RepriseRepository its = repository(shop().dataSource(), transactions, second, ServerParts.NONE);
            CompletionStage<Long> restart = Access.as(ADMIN, () -> others().restart(failed, Map.of()));
            CyclicBarrier together = new CyclicBarrier(2);
            for (Future<?> done : threads.invokeAll(List.of(
                    () -> answersTogether(together, shop().repository()), () -> answersTogether(together, its)))) {
                done.get();
            }
            long again = answer(() -> restart);
            assertThat(shop().launcher().await(again, Patience.GUARD).getBatchStatus())
                    .isEqualTo(BatchStatus.COMPLETED);
            assertThat(audit(shop().repository(), again))
                    .extracting(AuditEntry::action, AuditEntry::outcome)
                    .containsExactly(tuple("restart", "done"));
            assertThat(root().neighbours()
                            .seen()
                            .ofInstance(
                                    root().neighbours()
                                            .seen()
                                            .execution(again)
                                            .orElseThrow()
                                            .instanceId(),
                                    10))
                    .hasSize(2);
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean answersTogether(CyclicBarrier together, RepriseRepository node) throws Exception {
        RequestsHere requests = new RequestsHere(node, job -> LOADER, () -> true);
        together.await();
        requests.answer();
        return true;
    }

    /** A row that somebody has removed meanwhile: then nobody says that it was not done. */
    @ParameterizedTest
    @EnumSource
    void saysSoWhenTheAnswerIsLost(Kind kind) throws Exception {
        open(kind);
        long id = running("1");
        shopNode().attend(new Node.Duties() {});
        CompletionStage<String> stop = Access.as(ADMIN, () -> others().stop(id));
        Requests there = shop().repository().neighbours().requests();
        Request due = there.due("").get(0);
        assertThat(there.take(due.id())).isTrue();
        execute("delete from REPRISE_REQUEST");

        there.answer(due.id(), new Answer("done", ""));

        assertThatThrownBy(() -> answer(() -> stop))
                .isInstanceOf(NoAnswerException.class)
                .hasMessage("The request is gone: it is not known whether it did stop execution " + id
                        + ". Look at the execution, and ask again if it did not.");
    }

    @ParameterizedTest
    @EnumSource
    void checksTheRoleHereAndThere(Kind kind) throws Exception {
        open(kind);
        long id = running("1");

        assertThatThrownBy(() -> Access.as(VIEWER, () -> others().stop(id))).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> Access.as(VIEWER, () -> others().log(id, 10)))
                .isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> Access.as(VIEWER, () -> others().logs(id, Set.of(), 10)))
                .isInstanceOf(AccessDeniedException.class);
        assertThat(requests()).isZero();
        assertThat(audit(root(), id)).extracting(AuditEntry::outcome).containsExactly("denied");

        for (String act : List.of("stop", "restart", "log")) {
            Answer answer = answerOf(request(act, id, "batch-viewer"));
            assertThat(answer.code()).as(act).isEqualTo("denied");
            assertThat(answer.text()).contains("vic may not", "batch-operator");
        }
        assertThat(audit(shop().repository(), id))
                .extracting(AuditEntry::user, AuditEntry::action, AuditEntry::outcome)
                .containsExactly(tuple("vic", "restart", "denied"), tuple("vic", "stop", "denied"));
        assertThat(shop().launcher().execution(id).getBatchStatus()).isEqualTo(BatchStatus.STARTED);
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatItDoesNotKnow(Kind kind) throws Exception {
        open(kind);

        assertThat(answerOf(request("dance", 1, "batch-operator")))
                .isEqualTo(new Answer(
                        "failed",
                        "Nothing here is called 'dance'. It runs another version of Reprise: bring both applications"
                                + " to the same one."));
    }

    /** What goes wrong there without having been foreseen may have in it what is nobody else's. */
    @ParameterizedTest
    @EnumSource
    void saysWhereToLookForWhatNobodyHasForeseen(Kind kind) throws Exception {
        open(kind);

        Answer answer = answerOf(new Request(
                0,
                "shop",
                null,
                "log",
                1,
                "{\"lines\":\"many\"}",
                new Asker("olga", null, List.of("batch-operator"), "root")));

        assertThat(answer.code()).isEqualTo("failed");
        assertThat(answer.text()).matches("Its server's log says more: look for [0-9a-f-]{36}\\.");
    }

    private static Request request(String kind, long executionId, String role) {
        return new Request(0, "shop", null, kind, executionId, "{}", new Asker("vic", null, List.of(role), "root"));
    }

    private Answer answerOf(Request request) {
        long id = root().neighbours().requests().ask(request, Duration.ofMinutes(1));
        await().until(() -> look(id).answer() != null);
        return requireNonNull(look(id).answer());
    }

    private Look look(long id) {
        return root().neighbours().requests().look(List.of(id)).get(0);
    }

    /** Its value would stand in the database in plain text, and who asks does not know that of the other's schema. */
    @ParameterizedTest
    @EnumSource
    void sendsNoValueThatMightBeASecret(Kind kind) throws Exception {
        open(kind);
        long id = failed("1");

        Refusal refusal = refusal(() -> others().restart(id, Map.of("-password", "s3cret")));

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID_PARAMETERS);
        assertThat(refusal.faults()).singleElement().asString().startsWith("password: ");
        assertThat(refusal.message()).doesNotContain("s3cret");
        assertThat(requests()).isZero();
    }

    /** That needs nobody of the other application, whose audit has it all the same. */
    @ParameterizedTest
    @EnumSource
    void abandonsWhatIsAnothersByItself(Kind kind) throws Exception {
        open(kind);
        long id = failed("1");
        long running = running("2");
        shopNode().close();

        assertThatThrownBy(() -> abandon(running)).isInstanceOf(JobExecutionIsRunningException.class);
        assertThatThrownBy(() -> Access.as(VIEWER, () -> {
                    others().abandon(id);
                    return true;
                }))
                .isInstanceOf(AccessDeniedException.class);
        abandon(id);

        assertThat(root().neighbours().seen().execution(id).orElseThrow().status())
                .isEqualTo("ABANDONED");
        assertThat(audit(root(), id))
                .extracting(AuditEntry::user, AuditEntry::action, AuditEntry::outcome, AuditEntry::detail)
                .contains(tuple("ann", "abandon", "done", "of application shop"));
        assertThat(audit(shop().repository(), id))
                .extracting(AuditEntry::user, AuditEntry::action, AuditEntry::outcome, AuditEntry::detail)
                .containsExactly(tuple("ann", "abandon", "done", "by application root"));
    }

    private void abandon(long id) {
        Access.as(ADMIN, () -> {
            others().abandon(id);
            return true;
        });
    }
}
