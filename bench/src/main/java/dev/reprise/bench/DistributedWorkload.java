package dev.reprise.bench;

import dev.reprise.bench.peer.PartWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The partitions of a step on several nodes: how soon another node begins one, and how long they take on one, two and four
 * nodes with the same threads in all, beside Spring Batch's remote partitions.
 */
final class DistributedWorkload implements Workload {

    /** Of all nodes together. */
    private static final int THREADS = 8;

    /** Longer than nodes look by themselves, so that the node of the step has no room for what the other is to begin. */
    private static final PartWork HELD = new PartWork(1, 7_000, 0);

    private static final String DISTRIBUTED = "distributed";
    private static final String LOCAL = "local";

    private static final String NEWEST = "select max(JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION";

    /** By the columns that both have: a partition's row is there, and somebody has begun it. */
    private static final String DISPATCHED = """
            select percentile_cont(0.5) within group (order by extract(epoch from START_TIME - CREATE_TIME) * 1000),
                   max(extract(epoch from START_TIME - CREATE_TIME) * 1000), count(*)
              from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = ? and STEP_NAME like '%:partition%'""";

    private final Lab lab;
    private final Options options;
    private final Results results;
    private final int rounds;

    DistributedWorkload(Lab lab, Options options, Results results, int rounds) {
        this.lab = lab;
        this.options = options;
        this.results = results;
        this.rounds = options.number("rounds", rounds);
    }

    /** What the partitions do. */
    private record Work(String title, int partitions, PartWork each) {}

    private static List<Work> works() {
        return List.of(
                new Work("wait", 64, new PartWork(20, 25, 0)),
                new Work("compute", 64, new PartWork(20, 0, 2_000)),
                new Work("do nothing", 400, new PartWork(1, 0, 0)));
    }

    /** Processes that do it together; the first of them is asked. */
    private record Team(String title, Database database, List<Peer> members, PeerKind kind) implements AutoCloseable {

        Peer first() {
            return members.get(0);
        }

        @Override
        public void close() {
            members.forEach(Peer::close);
        }
    }

    /** A column: a team, in one of the ways in which it can do the work. */
    private record Way(String title, Team team, String where) {}

    @Override
    public void run() {
        List<Team> teams = new ArrayList<>();
        try {
            if (options.peers().contains(PeerKind.REPRISE)) {
                teams.add(nodes(2, "notify"));
                teams.add(nodes(2, "none"));
                teams.add(nodes(1, "notify"));
                teams.add(nodes(4, "notify"));
            }
            if (options.peers().contains(PeerKind.SPRING)) {
                teams.add(spring());
            }
            teams.forEach(team -> team.members().forEach(Peer::awaitStarted));
            Terminal.note("All are up");
            teams.forEach(
                    team -> ask(new Way(team.title(), team, DISTRIBUTED), new Work("", 200, new PartWork(20, 0, 50))));
            dispatch(teams.stream()
                    .filter(team -> team.members().size() == 2 || team.kind() == PeerKind.SPRING)
                    .toList());
            finish(teams);
        } finally {
            teams.forEach(Team::close);
        }
    }

    /** How many cores each sees says how many partitions it runs at a time. */
    private Team nodes(int count, String doorbell) {
        Setup setup = new Setup(lab.postgres().create("nodes_" + count + "_" + doorbell), true, true);
        List<Peer> members = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            members.add(lab.startNode(
                    count + doorbell + i,
                    setup,
                    List.of("-XX:ActiveProcessorCount=" + THREADS / count, "-Dreprise.doorbell=" + doorbell)));
            if (i == 1) {
                members.get(0).awaitStarted(); // it makes the tables
            }
        }
        String title = count == 1 ? "1 node" : count + " nodes";
        return new Team(
                title + (doorbell.equals("notify") ? "" : ", doorbell " + doorbell),
                setup.database(),
                members,
                PeerKind.REPRISE);
    }

    private Team spring() {
        Setup setup = new Setup(lab.postgres().create("spring_remote"), true, true);
        String broker = "-Dbench.broker=tcp://127.0.0.1:" + FreePorts.one();
        Peer artemis = lab.startSpring("artemis", setup, List.of(broker), "dev.reprise.bench.spring.Broker");
        artemis.awaitStarted();
        String program = "dev.reprise.bench.spring.RemotePartitionsPeer";
        Peer manager = lab.startSpring("spring-manager", setup, List.of(broker), program);
        manager.awaitStarted();
        Peer worker = lab.startSpring(
                "spring-worker", setup.created(), List.of(broker, "-Dbench.threads=" + THREADS), program);
        return new Team(PeerKind.SPRING.title(), setup.database(), List.of(manager, worker, artemis), PeerKind.SPRING);
    }

    // ---- Dispatch

    private void dispatch(List<Team> teams) {
        for (int round = 1; round <= rounds; round++) {
            for (Team team : Contender.inTurn(teams, round)) {
                ask(new Way(team.title(), team, DISTRIBUTED), new Work("held", THREADS, HELD));
                Map<String, Double> values = dispatched(team);
                results.add(new Measurement(DISTRIBUTED, Map.of("work", "dispatch"), team.title(), round, values));
                Terminal.note(String.format(
                        Locale.ROOT,
                        "dispatch of %.0f partitions to another process  round %d  %-24s p50 %7.1f ms  max %7.1f ms",
                        values.get("begun"),
                        round,
                        team.title(),
                        values.get("p50.ms"),
                        values.get("max.ms")));
            }
        }
    }

    /** Of those that another process than that of the step has begun: all of Spring Batch's. */
    private static Map<String, Double> dispatched(Team team) {
        String elsewhere = team.kind() == PeerKind.REPRISE
                ? " and REPRISE_NODE <> (select NODE_ID from REPRISE_NODE order by NODE_ID fetch first 1 row only)"
                : "";
        try (Connection connection = team.database().connect();
                PreparedStatement newest = connection.prepareStatement(NEWEST);
                ResultSet execution = newest.executeQuery();
                PreparedStatement select = connection.prepareStatement(DISPATCHED + elsewhere)) {
            execution.next();
            select.setLong(1, execution.getLong(1));
            try (ResultSet row = select.executeQuery()) {
                row.next();
                Map<String, Double> values = new TreeMap<>();
                values.put("p50.ms", row.getDouble(1));
                values.put("max.ms", row.getDouble(2));
                values.put("begun", row.getDouble(3));
                return values;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Whole steps

    private void finish(List<Team> teams) {
        List<Way> ways = new ArrayList<>();
        for (Team team : teams) {
            if (team.members().size() == 1) {
                ways.add(new Way("1 node, local", team, LOCAL));
            }
            ways.add(new Way(team.title(), team, DISTRIBUTED));
        }
        ways.forEach(way -> works().forEach(work -> ask(way, work)));
        for (int round = 1; round <= rounds; round++) {
            for (Work work : works()) {
                for (Way way : Contender.inTurn(ways, round)) {
                    measure(way, work, round);
                }
            }
        }
    }

    private void measure(Way way, Work work, int round) {
        lab.postgres().checkpoint();
        Lab.Costs before = lab.costs(way.team().members());
        double seconds = ask(way, work);
        Map<String, Double> values =
                new TreeMap<>(lab.costs(way.team().members()).since(before, work.partitions()));
        values.put("seconds", seconds);
        values.put("rate", work.partitions() / seconds);
        Map<String, String> key = new LinkedHashMap<>();
        key.put("work", work.title());
        key.put("partitions", String.valueOf(work.partitions()));
        results.add(new Measurement(DISTRIBUTED, key, way.title(), round, values));
        Terminal.note(String.format(
                Locale.ROOT,
                "%3d partitions that %-10s  round %d  %-24s %6.2f s  %6.0f us of the processes and %6.0f us of the database for each",
                work.partitions(),
                work.title(),
                round,
                way.title(),
                seconds,
                values.get("cpu.us"),
                values.get("database.cpu.us")));
    }

    private static double ask(Way way, Work work) {
        Map<String, Object> settings = new HashMap<>(work.each().settings());
        settings.put("partitions", work.partitions());
        settings.put("threads", THREADS);
        settings.put("where", way.where());
        return way.team().first().ask("parts", settings).number("seconds");
    }
}
