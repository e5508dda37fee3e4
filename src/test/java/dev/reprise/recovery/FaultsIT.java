package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.server.Cluster;
import dev.reprise.server.ClusterNode;
import dev.reprise.server.Signal;
import dev.reprise.server.TcpProxy;
import dev.reprise.server.Trials;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * What breaks by itself and mends by itself, or with a restart: each fault at any moment of a chunk, a sequence of steps, a
 * split, partitions, partitions that both nodes run, and a batchlet on two nodes. Nothing is lost, nothing is written twice,
 * nothing but a batchlet is left for a person, and the work goes on within a lease, two reports and the restart.
 */
class FaultsIT extends OnTwoServers {

    /** After the launches. The pauses of each job alone, between its chunks, take longer. */
    private static final int LATEST_FAULT = 2500;

    /** The shortest fault and the longest that ends by itself, in milliseconds. */
    private static final int SHORTEST_OUTAGE = 1000;

    private static final int LONGEST_OUTAGE = 9000;

    /** From the restart to the first chunk, on a machine that does other things too. */
    private static final Duration RESTART = Duration.ofSeconds(10);

    /** Before the second restart in a row. */
    private static final Duration BACK_OFF = Duration.ofSeconds(10);

    /** How far away the database is: far enough that most faults come in the middle of a statement or a commit. */
    private static final Duration FAR = Duration.ofMillis(20);

    private static final String OWNED = "select count(*) from REPRISE_OWNER where NODE_ID = ?";

    /** What breaks a node's connection, or the node, or the database. */
    @FunctionalInterface
    private interface Fault {
        void strike(ClusterNode victim, RandomGenerator random) throws Exception;
    }

    /** How many trials of a fault there are: so many in the ordinary build. */
    int count(String fault, int usual) {
        return Trials.count("faults." + fault, usual, Integer.getInteger("reprise.chaos.faults", 10));
    }

    // ---- Nodes -----------------------------------------------------------------------------------------------------

    @Test
    void aNodeIsKilled() {
        trials("kill", 0, 1, (victim, random) -> {
            victim.server().kill();
            cluster.begin();
        });
    }

    @Test
    void theSurvivorIsKilledWhileItRecovers() {
        trials("kill, then the survivor", 0, 2, (victim, random) -> {
            victim.server().kill();
            awaitTakeOver(victim, random);
            cluster.other(victim).server().kill();
            cluster.begin();
        });
    }

    @Test
    void bothNodesAreKilled() {
        trials("kill of both", 0, 2, (victim, random) -> {
            cluster.nodes().forEach(node -> node.server().kill());
            cluster.begin();
        });
    }

    @Test
    void aPauseShorterThanTheLease() {
        trials("pause shorter than the lease", 0, 1, (victim, random) -> {
            victim.server().pause();
            lasts(random.nextLong(SHORTEST_OUTAGE, cluster.pace().lease().toMillis() * 2 / 3));
            victim.server().resume();
        });
    }

    @Test
    void aPauseLongerThanTheLease() {
        trials("pause longer than the lease", 0, 1, (victim, random) -> {
            victim.server().pause();
            lasts(cluster.pace().lease().toMillis() + random.nextLong(SHORTEST_OUTAGE, LONGEST_OUTAGE));
            victim.server().resume();
        });
    }

    @Test
    void theSurvivorOfAPauseIsKilled() {
        trials("pause, then the survivor is killed", 0, 2, (victim, random) -> {
            victim.server().pause();
            awaitTakeOver(victim, random);
            cluster.other(victim).server().kill();
            victim.server().resume();
            cluster.begin();
        });
    }

    // ---- Servers that stop in order --------------------------------------------------------------------------------

    @Test
    void aNodeIsTerminated() {
        trials("terminated", 0, 1, (victim, random) -> {
            victim.server().stop();
            cluster.begin();
        });
    }

    @Test
    void aNodeIsSuspended() {
        trials("suspended", 0, 1, (victim, random) -> {
            victim.server().management().suspend(Patience.GUARD);
            lasts(random.nextLong(SHORTEST_OUTAGE, LONGEST_OUTAGE));
            victim.server().management().resume();
        });
    }

    @Test
    void theApplicationOfANodeIsExchanged() {
        trials("redeployed", 0, 1, (victim, random) -> {
            victim.server().management().undeploy();
            victim.server().management().deploy();
        });
    }

    // ---- The line --------------------------------------------------------------------------------------------------

    @Test
    void connectionsAreReset() {
        trials("connections reset", 1, 1, (victim, random) -> victim.line().reset());
    }

    @Test
    void connectionsAreResetFiveTimes() {
        trials("connections reset five times", 0, 5, (victim, random) -> {
            for (int i = 0; i < 5; i++) {
                victim.line().reset();
                lasts(random.nextLong(100, 1500));
            }
        });
    }

    @Test
    void connectionsOfOneNodeAreRefused() {
        trials("connections refused", 0, 1, (victim, random) -> {
            victim.line().cut();
            lasts(random.nextLong(SHORTEST_OUTAGE, LONGEST_OUTAGE));
            victim.line().restore();
        });
    }

    @Test
    void connectionsOfBothNodesAreRefused() {
        trials("connections refused, of both", 0, 1, (victim, random) -> {
            cluster.nodes().forEach(node -> node.line().cut());
            lasts(random.nextLong(SHORTEST_OUTAGE, LONGEST_OUTAGE));
            cluster.nodes().forEach(node -> node.line().restore());
        });
    }

    @Test
    void nothingGetsThrough() {
        trials("black hole", 1, 1, (victim, random) -> {
            victim.line().mute();
            lasts(random.nextLong(2000, 12_000));
            victim.line().restore();
        });
    }

    @Test
    void answersAreLostAndThenTheLineIsCut() {
        trials("answers lost, then cut", 0, 1, (victim, random) -> {
            victim.line().loseAnswers();
            lasts(random.nextLong(500, 3000));
            victim.line().cut();
            victim.line().restore();
        });
    }

    @Test
    void answersAreLate() {
        trials("answers 400 ms late", 0, 1, (victim, random) -> {
            victim.line().slow(Duration.ofMillis(400));
            lasts(LONGEST_OUTAGE);
            victim.line().restore();
        });
    }

    boolean eachCommit() {
        return Trials.count("faults.commits", 0, 1) > 0;
    }

    /** The database has committed, and the node does not hear of it: at a random commit, or in the long form at each. */
    @Test
    void theAnswerToACommitIsLost() {
        boolean each = eachCommit();
        for (Work work : each ? Work.SMALL : List.of(Work.SMALL.get(1))) {
            Trials trials = new Trials(named("answer to a commit lost, " + work.job()));
            int commits = counted(work, TcpProxy::transactions);
            trials.run(cluster, each ? commits : 1, (number, random) -> {
                cluster.nodes().forEach(cluster::awaitReady);
                ClusterNode node = cluster.a();
                LocalDateTime armed = cluster.database().now();
                node.line().swallow(each ? number : 1 + random.nextInt(commits));
                Work.Run run = work.on(node);
                aftermath.nothingRuns();
                await("at the latest a report is swallowed")
                        .until(() -> node.line().hasSwallowed());
                node.line().restore();
                settled(trials, List.of(run), armed, 1);
                return 1;
            });
        }
    }

    // ---- Each statement --------------------------------------------------------------------------------------------

    /** At a random statement or end of a transaction, or in the long form at each. */
    @Test
    void connectionsAreResetAtAStatement() {
        atAStatement("connections reset at a statement", 1, node -> node.line().reset());
    }

    @Test
    void sessionsAreTerminatedAtAStatement() {
        atAStatement(
                "sessions terminated at a statement",
                1,
                node -> assertThat(cluster.database()
                                .rows(
                                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = ?",
                                        "reprise " + node.name()))
                        .isNotEmpty());
    }

    @Test
    void theFirstProcessIsKilledAtAStatement() {
        atAStatement("postmaster killed at a statement", 0, node -> {
            cluster.database().stop(Signal.KILL);
            cluster.database().start();
        });
    }

    /** Perhaps at one of the launch, which is then launched again; nobody asks the database until it has struck. */
    private void atAStatement(String kind, int usual, Consumer<ClusterNode> strike) {
        boolean each = eachCommit();
        for (Work work :
                each ? List.of(Work.SMALL.get(1), Work.SMALL.get(3), Work.SMALL.get(5)) : List.of(Work.SMALL.get(1))) {
            Trials trials = new Trials(named(kind + ", " + work.job()));
            int statements = counted(work, TcpProxy::requests);
            int some = Trials.count("faults.statements", usual, usual);
            trials.run(cluster, each ? statements : some, (number, random) -> {
                cluster.nodes().forEach(cluster::awaitReady);
                ClusterNode node = cluster.a();
                LocalDateTime armed = cluster.database().now();
                node.line().before(each ? number : 1 + random.nextInt(statements), () -> strike.accept(node));
                Work.Run run = work.launchedOn(node);
                await("at the latest a report is struck")
                        .until(() -> node.line().hasStruck());
                aftermath.nothingRuns();
                node.line().restore();
                settled(trials, List.of(run), armed, 1);
                return 1;
            });
        }
    }

    // ---- The database ----------------------------------------------------------------------------------------------

    @Test
    void itsSessionsAreTerminated() {
        trials(
                "pg_terminate_backend",
                1,
                1,
                (victim, random) -> cluster.database().rows("""
                        select pg_terminate_backend(pid) from pg_stat_activity
                         where backend_type = 'client backend' and application_name <> 'test'"""));
    }

    @Test
    void itsFirstProcessIsKilled() {
        trials("postmaster killed", 0, 1, (victim, random) -> stopped(Signal.KILL, random));
    }

    @Test
    void itsFirstProcessAndANodeAreKilled() {
        trials("postmaster and a node killed", 0, 2, (victim, random) -> {
            victim.server().kill();
            stopped(Signal.KILL, random);
            cluster.begin();
        });
    }

    @Test
    void itIsStopped() {
        trials("database stopped, fast", 0, 1, (victim, random) -> stopped(Signal.INT, random));
    }

    @Test
    void itIsStoppedAtOnce() {
        trials("database stopped, immediate", 1, 1, (victim, random) -> stopped(Signal.QUIT, random));
    }

    // ---- A trial ---------------------------------------------------------------------------------------------------

    private void trials(String kind, int usual, int strikes, Fault fault) {
        Trials trials = new Trials(named(kind));
        trials.run(cluster, count(kind.replaceAll("\\W+", "."), usual), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            cluster.database().execute("truncate TEST_ITEM");
            cluster.nodes().forEach(node -> node.line().slow(FAR));
            List<Work.Run> runs = started(random);
            ClusterNode victim = random.nextBoolean() ? cluster.a() : cluster.b();
            lasts(random.nextInt(LATEST_FAULT));
            LocalDateTime at = cluster.database().now();
            if (runs.stream().allMatch(run -> aftermath.completedBefore(run.name(), at))) {
                aftermath.nothingRuns();
                return 0;
            }
            fault.strike(victim, random);
            cluster.nodes().forEach(node -> node.line().restore());
            aftermath.nothingRuns();
            settled(trials, runs, at, strikes);
            return strikes;
        });
    }

    /** In any order, in turn on either node. */
    private List<Work.Run> started(RandomGenerator random) {
        List<Work> all = new ArrayList<>(Work.ALL);
        Collections.shuffle(all, new Random(random.nextLong()));
        List<Work.Run> runs = new ArrayList<>();
        for (Work work : all) {
            runs.add(work.on(cluster.nodes().get(runs.size() % 2)));
        }
        return runs;
    }

    /** Everything has ended: what has become of it, and how long nothing came from each that the fault has met. */
    private void settled(Trials trials, List<Work.Run> runs, LocalDateTime fault, int strikes) {
        List<Aftermath.Stall> stalls = new ArrayList<>();
        Trials.Harm harm = Trials.Harm.NONE;
        for (Work.Run run : runs) {
            harm = harm.plus(aftermath.harm(run));
            if (!run.work().isBatchlet()) {
                aftermath.longestStall(run.name(), fault).ifPresent(stalls::add);
            }
        }
        harm = harm.plus(stalls.stream().map(Aftermath.Stall::lasting).toList());
        trials.note(harm);
        assertThat(harm.isNone())
                .as(() ->
                        "executions and steps: " + runs.stream().map(this::told).toList())
                .isTrue();
        for (Aftermath.Stall stall : stalls) {
            aftermath.wroteNothingTwice(stall.run());
            for (ClusterNode node : cluster.nodes()) {
                assertThat(cluster.reports(node, stall.from(), stall.to()))
                        .as(() -> "reports of node " + node + " while nothing came from " + stall
                                + ", after a fault at " + fault + ": " + aftermath.executions(stall.run())
                                + aftermath.steps(stall.run()))
                        .isLessThanOrEqualTo(patience(
                                strikes, aftermath.executions(stall.run()).size()));
            }
        }
    }

    private String told(Work.Run run) {
        return run + ": " + aftermath.executions(run.name()) + ", " + aftermath.steps(run.name());
    }

    /**
     * Reports in which a run may write nothing: for each strike a lease, two reports, and as many as come until the work has
     * begun again; and the pauses before the second restart in a row and those after it.
     */
    private long patience(int strikes, int executions) {
        Duration heartbeat = cluster.pace().heartbeat();
        long restart = Math.max(2, RESTART.dividedBy(heartbeat));
        long backOff =
                BACK_OFF.multipliedBy((1L << Math.max(0, executions - 2)) - 1).dividedBy(heartbeat);
        return strikes * (cluster.pace().lease().dividedBy(heartbeat) + 2 + restart) + backOff;
    }

    /** How many of something this takes if nothing befalls it, with the reports meanwhile. */
    private int counted(Work work, ToIntFunction<TcpProxy> count) {
        cluster.nodes().forEach(cluster::awaitReady);
        int before = count.applyAsInt(cluster.a().line());
        work.on(cluster.a());
        aftermath.nothingRuns();
        return count.applyAsInt(cluster.a().line()) - before;
    }

    private void awaitTakeOver(ClusterNode victim, RandomGenerator random) throws InterruptedException {
        await("what node " + victim + " had is taken over")
                .pollInterval(Duration.ofMillis(50))
                .until(() -> cluster.database().number(OWNED, victim.name()) == 0);
        lasts(random.nextInt(SHORTEST_OUTAGE));
    }

    private void stopped(Signal how, RandomGenerator random) throws InterruptedException {
        cluster.database().stop(how);
        lasts(random.nextInt(LONGEST_OUTAGE));
        cluster.database().start();
    }

    /** How long a fault takes, or until when it comes: never a wait for something. */
    private static void lasts(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    private String named(String kind) {
        return kind
                + (cluster.pace() == Cluster.Pace.DEFAULT ? ", default lease" : "")
                + (cluster.pool() == Cluster.Pool.AGROAL ? ", Agroal" : "");
    }
}
