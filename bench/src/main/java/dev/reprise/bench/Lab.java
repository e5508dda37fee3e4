package dev.reprise.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The database server and the peers that run right now, for as long as one run of the bench. Not thread-safe. */
final class Lab implements AutoCloseable {

    private final Folders folders;
    private final Options options;
    private final Path runs;
    private final Postgres postgres;
    private final WildFlyHome wildfly;
    private final Map<PeerKind, Path> wars = new EnumMap<>(PeerKind.class);
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

    /** Starts a peer in place of the one of its kind that may run, and tells how long it took to answer. */
    Duration start(PeerKind kind, Setup setup) {
        stop(kind);
        long begin = System.nanoTime();
        Peer peer = kind.isWildFly()
                ? WildFlyPeer.start(kind, runs, wildfly, war(kind), setup)
                : JavaPeer.start(kind, runs, setup);
        running.put(kind, peer);
        peer.awaitStarted();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        Terminal.note("%s is up after %.1f s".formatted(kind.title(), took.toMillis() / 1000.0));
        return took;
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
        return wars.computeIfAbsent(kind, one -> BenchWar.write(folders, one, options.library(folders.project())));
    }

    @Override
    public void close() {
        stopAll();
        postgres.close();
    }
}
