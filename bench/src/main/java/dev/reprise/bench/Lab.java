package dev.reprise.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The database server and the peers that run right now, for as long as one run of the bench. Not thread-safe. */
final class Lab implements AutoCloseable {

    private final Folders folders;
    private final Options options;
    private final Path runs;
    private final Postgres postgres;
    private final WildFlyHome wildfly;
    private final Map<PeerKind, Path> wars = new EnumMap<>(PeerKind.class);
    private final Map<PeerKind, Setup> setups = new EnumMap<>(PeerKind.class);
    private final Map<PeerKind, Setup> histories = new EnumMap<>(PeerKind.class);
    private final Map<PeerKind, Peer> running = new EnumMap<>(PeerKind.class);

    Lab(Folders folders, Options options) {
        this.folders = folders;
        this.options = options;
        this.runs = Folders.empty(folders.run());
        this.wildfly = WildFlyHome.configured(folders);
        Terminal.note("Starting PostgreSQL");
        this.postgres = Postgres.start(runs);
    }

    Postgres postgres() {
        return postgres;
    }

    /** What a peer and the database have used so far. */
    record Costs(Duration peer, Duration database, long wal) {

        /** What they used since then for each of a number of things: microseconds of CPU time, bytes of log. */
        Map<String, Double> since(Costs before, double things) {
            double count = Math.max(1, things);
            return Map.of(
                    "cpu.us", peer.minus(before.peer).toNanos() / 1000.0 / count,
                    "database.cpu.us", database.minus(before.database).toNanos() / 1000.0 / count,
                    "wal.bytes", (wal - before.wal) / count);
        }
    }

    Costs costs(PeerKind kind) {
        return costs(List.of(peer(kind)));
    }

    /** Of several processes together. */
    Costs costs(List<Peer> peers) {
        // A session that has just ended is counted when the server has noticed.
        Pause.millis(100);
        return new Costs(
                peers.stream().map(Peer::cpu).reduce(Duration.ZERO, Duration::plus),
                postgres.cpu(),
                postgres.walBytes());
    }

    /** An H2 database in a file that is not there yet. */
    Database h2(PeerKind kind) {
        return Database.h2(Folders.empty(runs.resolve(kind.id() + "-h2")));
    }

    /** How many executions a long history has. */
    int longHistory() {
        return options.numbers("history", 0, 1_000_000).stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElseThrow();
    }

    /** Starts a peer with an empty PostgreSQL database. */
    void startEmpty(PeerKind kind) {
        start(kind, new Setup(postgres.create("empty_" + kind.id()), true, true));
    }

    /** Starts a peer with that many executions, or more if there were more already, in its PostgreSQL database. */
    void startWithHistory(PeerKind kind, int executions) {
        Setup known = histories.get(kind);
        start(kind, known == null ? new Setup(postgres.create("history_" + kind.id()), true, true) : known.created());
        histories.put(kind, setups.get(kind));
        if (executions > 0) {
            growHistory(kind, executions);
        }
    }

    /** The same in a database of its own, whose ids are as old as their times: what was launched before would come first. */
    void startWithHistoryAlone(PeerKind kind, int executions) {
        histories.remove(kind);
        startWithHistory(kind, executions);
    }

    /** Sees that the peer has a database with that history, and does not leave it running. */
    void prepareHistory(PeerKind kind, int executions) {
        if (!histories.containsKey(kind)) {
            startWithHistory(kind, executions);
            stop(kind);
        }
        setups.put(kind, histories.get(kind));
    }

    /** Lets the running peer have a longer history. */
    void growHistory(PeerKind kind, int executions) {
        if (kind != PeerKind.RAW) {
            Terminal.note("%s has a history of %,d executions".formatted(kind.title(), executions));
            peer(kind).ask("launch", Map.of("job", "job-0", "clients", 1, "millis", 100));
            new History(kind, setup(kind).database()).growTo(executions);
        }
    }

    Setup setup(PeerKind kind) {
        Setup setup = setups.get(kind);
        if (setup == null) {
            throw new IllegalStateException(kind + " was not started");
        }
        return setup;
    }

    /** Starts a peer again with what it was started with last. */
    Duration restart(PeerKind kind) {
        return start(kind, setup(kind).created());
    }

    /** Starts a peer in place of the one of its kind that may run, and tells how long it took to answer. */
    Duration start(PeerKind kind, Setup setup) {
        stop(kind);
        long begin = System.nanoTime();
        Peer peer = kind.isWildFly()
                ? WildFlyPeer.start(kind, runs, wildfly, war(kind), setup)
                : JavaPeer.start(kind, runs, setup);
        running.put(kind, peer);
        setups.put(kind, setup);
        peer.awaitStarted();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        Terminal.note("%s is up after %.1f s".formatted(kind.title(), took.toMillis() / 1000.0));
        return took;
    }

    /** Starts one of several nodes of Reprise, of which nothing but its own log tells how it goes until it is awaited. */
    Peer startNode(String name, Setup setup, List<String> options) {
        return WildFlyPeer.start(PeerKind.REPRISE, name, runs, wildfly, war(PeerKind.REPRISE), setup, options);
    }

    /** Starts one of several programs of Spring Batch's. */
    Peer startSpring(String name, Setup setup, List<String> options, String program) {
        return JavaPeer.start(PeerKind.SPRING, name, runs, setup, options, program);
    }

    Peer peer(PeerKind kind) {
        Peer peer = running.get(kind);
        if (peer == null) {
            throw new IllegalStateException(kind + " was not started");
        }
        return peer;
    }

    void stop(PeerKind kind) {
        Peer peer = running.remove(kind);
        if (peer != null) {
            peer.close();
        }
    }

    void stopAll() {
        for (PeerKind kind : PeerKind.values()) {
            stop(kind);
        }
    }

    private Path war(PeerKind kind) {
        return wars.computeIfAbsent(kind, one -> BenchWar.write(folders, one, Options.library()));
    }

    @Override
    public void close() {
        stopAll();
        postgres.close();
    }
}
