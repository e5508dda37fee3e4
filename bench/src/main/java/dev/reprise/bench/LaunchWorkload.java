package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How many jobs with one step a peer launches and completes in a second, with no history and with a long one. */
final class LaunchWorkload {

    private static final int WARM_UP_SECONDS = 4;

    private final Lab lab;
    private final Options options;
    private final Results results;
    private final Map<PeerKind, Setup> setups = new HashMap<>();

    LaunchWorkload(Lab lab, Options options, Results results) {
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    void run() {
        List<Contender> contenders = Contender.ofLaunches(options.peers());
        for (PeerKind kind : options.peers()) {
            Setup setup = new Setup(lab.postgres().create("launch_" + kind.id()), true, true);
            lab.start(kind, setup);
            setups.put(kind, setup.created());
        }
        for (Contender contender : contenders) {
            ask(contender, "job-0", 8, Duration.ofSeconds(WARM_UP_SECONDS));
            ask(contender, "job-0", 1, Duration.ofSeconds(WARM_UP_SECONDS / 2));
        }
        for (int history : options.numbers("history", 0)) {
            prepareHistory(contenders, history);
            for (int round = 1; round <= options.number("rounds", 3); round++) {
                for (String job : options.texts("jobs", "job-0")) {
                    for (int clients : options.numbers("clients", 1, 8)) {
                        for (Contender contender : Contender.inTurn(contenders, round)) {
                            if (contender.kind() != PeerKind.RAW || (history == 0 && job.equals("job-0"))) {
                                measure(contender, job, clients, history, round);
                            }
                        }
                    }
                }
            }
        }
        lab.stopAll();
    }

    private void prepareHistory(List<Contender> contenders, int history) {
        if (history == 0) {
            return;
        }
        throw new UsageException("histories are not there yet");
    }

    private void measure(Contender contender, String job, int clients, int history, int round) {
        lab.postgres().checkpoint();
        long wal = lab.postgres().walBytes();
        Duration cpu = lab.peer(contender.kind()).cpu();
        Duration cpuOfDatabase = lab.postgres().cpu();
        Answer answer = ask(contender, job, clients, Duration.ofSeconds(options.number("seconds", 5)));
        double launches = Math.max(1, answer.number("launches"));
        Map<String, Double> values = new TreeMap<>();
        values.put("rate", answer.number("rate"));
        values.put("failed", answer.number("failed") / (launches + answer.number("failed")));
        for (String percentile : List.of("p50", "p90", "p99", "max")) {
            values.put(percentile + ".ms", answer.number(percentile) / 1000);
        }
        values.put("wal.bytes", (lab.postgres().walBytes() - wal) / launches);
        values.put("cpu.us", lab.peer(contender.kind()).cpu().minus(cpu).toNanos() / 1000.0 / launches);
        values.put("database.cpu.us", lab.postgres().cpu().minus(cpuOfDatabase).toNanos() / 1000.0 / launches);
        results.add(new Measurement(
                "launch",
                Map.of("job", job, "clients", String.valueOf(clients), "history", String.valueOf(history)),
                contender.title(),
                round,
                values));
        Terminal.note(String.format(
                Locale.ROOT,
                "%-9s %d client%s %,9d executions  round %d  %-22s %8.1f/s   p50 %6.2f ms   p99 %6.2f ms%s",
                job,
                clients,
                clients == 1 ? " " : "s",
                history,
                round,
                contender.title(),
                answer.number("rate"),
                answer.number("p50") / 1000,
                answer.number("p99") / 1000,
                answer.number("failed") > 0
                        ? "   FAILED %.0f: %s".formatted(answer.number("failed"), answer.text("failures"))
                        : ""));
    }

    private Answer ask(Contender contender, String job, int clients, Duration time) {
        Map<String, Object> settings = new HashMap<>(contender.settings());
        settings.put("job", job);
        settings.put("clients", clients);
        settings.put("millis", time.toMillis());
        return lab.peer(contender.kind()).ask("launch", settings);
    }
}
