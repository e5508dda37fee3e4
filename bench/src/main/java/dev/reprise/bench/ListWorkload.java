package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * With a long history: the newest instances of a job with their executions, the heap that is still in use afterwards, and
 * what an administrator reads.
 */
final class ListWorkload implements Workload {

    private static final int MILLIS = 3000;

    private final Lab lab;
    private final Options options;
    private final Results results;

    ListWorkload(Lab lab, Options options, Results results) {
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        results.forget("admin");
        int history = lab.longHistory();
        List<Contender> contenders = new ArrayList<>();
        for (PeerKind kind : options.peers()) {
            if (kind != PeerKind.RAW) {
                lab.startWithHistory(kind, history);
                contenders.add(Contender.of(kind));
            }
        }
        Map<String, String> work = Map.of("history", String.valueOf(history));
        for (int round = 1; round <= options.number("rounds", 2); round++) {
            for (Contender contender : Contender.inTurn(contenders, round)) {
                Peer peer = lab.peer(contender.kind());
                Map<String, Double> values = new TreeMap<>();
                if (round == 1) {
                    values.put("heap.before.mb", megabytes(peer));
                }
                Answer list = peer.ask("list", Map.of("job", "job-0", "millis", MILLIS));
                values.put("list.p50.ms", list.number("p50") / 1000);
                values.put("list.p99.ms", list.number("p99") / 1000);
                if (round == 1) {
                    values.put("heap.after.mb", megabytes(peer));
                    values.put(
                            "bytes",
                            new History(
                                            contender.kind(),
                                            lab.setup(contender.kind()).database())
                                    .bytesPerExecution());
                }
                results.add(new Measurement("list", work, contender.title(), round, values));
                Terminal.note("round %d  %-13s %8.2f ms  (%.0f executions of 20 instances)%s"
                        .formatted(
                                round,
                                contender.title(),
                                values.get("list.p50.ms"),
                                list.number("found"),
                                round == 1
                                        ? "  heap %.0f MB, then %.0f MB"
                                                .formatted(values.get("heap.before.mb"), values.get("heap.after.mb"))
                                        : ""));
            }
        }
        // The last thing that happens to it: stock does not always survive that.
        for (Contender contender : contenders) {
            if (contender.kind().isWildFly()) {
                readAsAdministrator(contender, work);
            }
        }
        lab.stopAll();
    }

    private static double megabytes(Peer peer) {
        return peer.ask("heap", Map.of()).number("bytes") / (1 << 20);
    }

    private void readAsAdministrator(Contender contender, Map<String, String> work) {
        AdminRead.Outcome outcome = AdminRead.of((WildFlyPeer) lab.peer(contender.kind()));
        Map<String, Double> values = new TreeMap<>();
        values.put("admin.succeeded", outcome.succeeded() ? 1.0 : 0.0);
        if (outcome.succeeded()) {
            values.put("admin.ms", outcome.millis());
            values.put("admin.executions", (double) outcome.executions());
        }
        results.add(new Measurement("admin", work, contender.title(), 1, values));
        Terminal.note("admin CLI reads the job: %-13s %s".formatted(contender.title(), outcome.text()));
    }
}
