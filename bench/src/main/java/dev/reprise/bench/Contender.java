package dev.reprise.bench;

import dev.reprise.bench.peer.ImportRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * One column of a comparison: a peer, in one of the ways in which it can do the work.
 *
 * @param settings that make it do it this way
 */
record Contender(PeerKind kind, String title, Map<String, String> settings) {

    /** A peer; plain JDBC writes the rows of a launch in three commits, and Reprise launches with its launcher. */
    static Contender of(PeerKind kind) {
        return new Contender(
                kind,
                kind.title(),
                switch (kind) {
                    case RAW -> Map.of("commits", "3");
                    case REPRISE -> Map.of("launcher", "own");
                    case STOCK, SPRING -> Map.of();
                });
    }

    /**
     * The peers, where plain JDBC writes the rows of a launch in two, three and eight commits, and Reprise launches with
     * its launcher and, as stock WildFly does, with the job operator.
     */
    static List<Contender> ofLaunches(List<PeerKind> peers) {
        List<Contender> contenders = new ArrayList<>();
        for (PeerKind kind : peers) {
            if (kind == PeerKind.RAW) {
                for (String commits : List.of("2", "3", "8")) {
                    contenders.add(new Contender(
                            kind, kind.title() + ", " + commits + " commits", Map.of("commits", commits)));
                }
            } else if (kind == PeerKind.REPRISE) {
                contenders.add(of(kind));
                contenders.add(new Contender(kind, kind.title() + ", job operator", Map.of()));
            } else {
                contenders.add(of(kind));
            }
        }
        return contenders;
    }

    /** All of them with the bench's own reader and batch of inserts. */
    static List<Contender> sharing() {
        return Arrays.stream(PeerKind.values()).map(Contender::of).toList();
    }

    /** With the peer's own reader and writer, or its own writer alone. */
    static Contender own(PeerKind kind, String title, String how) {
        return new Contender(kind, kind.title() + ", " + title, Map.of("how", how));
    }

    /** Reprise with what it brings for imports; nothing if that build of it does not. */
    static List<Contender> bulk() {
        return BenchWar.hasBulkWriter(Options.library())
                ? List.of(own(PeerKind.REPRISE, "own items", ImportRun.OWN))
                : List.of();
    }

    /** The order of a round: every second one the other way round. */
    static <T> List<T> inTurn(List<T> contenders, int round) {
        if (round % 2 == 1) {
            return contenders;
        }
        List<T> reversed = new ArrayList<>(contenders);
        Collections.reverse(reversed);
        return reversed;
    }
}
