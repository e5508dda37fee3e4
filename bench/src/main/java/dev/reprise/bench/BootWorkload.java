package dev.reprise.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long a server takes from its start to the first answer of the application: with no history, and with a long one. */
final class BootWorkload implements Workload {

    private final Lab lab;
    private final Options options;
    private final Results results;

    BootWorkload(Lab lab, Options options, Results results) {
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        List<Contender> contenders = new ArrayList<>();
        for (PeerKind kind : options.peers()) {
            if (kind.isWildFly()) {
                contenders.add(Contender.of(kind));
            }
        }
        for (int history : List.of(0, lab.longHistory())) {
            for (Contender contender : contenders) {
                if (history == 0) {
                    lab.startEmpty(contender.kind());
                    lab.stop(contender.kind());
                } else {
                    lab.prepareHistory(contender.kind(), history);
                }
            }
            for (int round = 1; round <= options.number("rounds", 2); round++) {
                for (Contender contender : Contender.inTurn(contenders, round)) {
                    Duration took = lab.restart(contender.kind());
                    lab.stop(contender.kind());
                    results.add(new Measurement(
                            "boot",
                            Map.of("history", String.valueOf(history)),
                            contender.title(),
                            round,
                            Map.of("seconds", took.toMillis() / 1000.0)));
                }
            }
        }
    }
}
