package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** How fast Reprise purges a long history, and how many jobs it launches meanwhile. */
final class PurgeWorkload implements Workload {

    /** The oldest of them: enough to see how fast it goes. */
    private static final int PURGED = 100_000;

    private static final int CLIENTS = 8;
    private static final int SECONDS = 5;
    private static final int WARM_UP_SECONDS = 30;

    /** Before the purge, and again after it. */
    private static final int WINDOWS_ALONE = 6;

    private final Lab lab;
    private final Options options;
    private final Results results;

    PurgeWorkload(Lab lab, Options options, Results results) {
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        if (!options.peers().contains(PeerKind.REPRISE)) {
            return;
        }
        int history = lab.longHistory();
        lab.startWithHistoryAlone(PeerKind.REPRISE, history);
        launches(WARM_UP_SECONDS);
        List<Double> alone = new ArrayList<>();
        List<Double> meanwhile = new ArrayList<>();
        alone(alone);
        Peer peer = lab.peer(PeerKind.REPRISE);
        long kept = new History(PeerKind.REPRISE, lab.setup(PeerKind.REPRISE).database()).ageOf(PURGED);
        CompletableFuture<Answer> purge =
                CompletableFuture.supplyAsync(() -> peer.ask("purge", Map.of("olderThan", kept + "s")));
        while (!purge.isDone()) {
            double rate = launches(SECONDS);
            if (!purge.isDone()) {
                meanwhile.add(rate);
            }
        }
        Answer purged = purge.join();
        if (purged.number("removed") == 0) {
            throw new IllegalStateException("the purge removed nothing");
        }
        alone(alone);
        Map<String, String> work = Map.of("history", String.valueOf(history));
        for (int i = 0; i < Math.max(alone.size(), meanwhile.size()); i++) {
            if (i < alone.size()) {
                add(work, i + 1, Map.of("rate.alone", alone.get(i)));
            }
            if (i < meanwhile.size()) {
                add(work, i + 1, Map.of("rate.meanwhile", meanwhile.get(i)));
            }
        }
        add(work, 1, Map.of("seconds", purged.number("seconds"), "removed", purged.number("removed")));
        Terminal.note("purged %,.0f executions in %.0f s; launches/s %.0f alone, %.0f meanwhile"
                .formatted(
                        purged.number("removed"),
                        purged.number("seconds"),
                        median(alone),
                        meanwhile.isEmpty() ? Double.NaN : median(meanwhile)));
        lab.stopAll();
    }

    private void alone(List<Double> rates) {
        for (int i = 0; i < WINDOWS_ALONE; i++) {
            rates.add(launches(SECONDS));
        }
    }

    private double launches(int seconds) {
        return lab.peer(PeerKind.REPRISE)
                .ask("launch", Map.of("job", "job-0", "clients", CLIENTS, "millis", seconds * 1000, "launcher", "own"))
                .number("rate");
    }

    private void add(Map<String, String> work, int round, Map<String, Double> values) {
        results.add(new Measurement("purge", work, PeerKind.REPRISE.title(), round, values));
    }

    private static double median(List<Double> rates) {
        return Results.Spread.of(rates.stream().mapToDouble(Double::doubleValue).toArray())
                .median();
    }
}
