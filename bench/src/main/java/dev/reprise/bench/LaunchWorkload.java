package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How many jobs with one step a peer launches and completes in a second, with no history and with a long one. */
final class LaunchWorkload implements Workload {

    /** Long enough for the compiler; the loop of plain JDBC is short. */
    private static final Duration WARM_UP = Duration.ofSeconds(30);

    private static final Duration SHORT_WARM_UP = Duration.ofSeconds(2);

    private final Lab lab;
    private final Options options;
    private final Results results;
    private final Plan plan;

    /**
     * What is launched.
     *
     * @param name of the workload
     * @param h2 into an H2 file instead of PostgreSQL
     * @param jobs with no history: {@code job-0} has a step that does nothing, {@code ten-items} one with a chunk of ten
     * @param histories how many executions there are already
     */
    record Plan(String name, boolean h2, List<String> jobs, List<Integer> histories, int seconds, int rounds) {}

    LaunchWorkload(Lab lab, Options options, Results results, Plan plan) {
        this.plan = plan;
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        List<Contender> contenders = plan.h2()
                ? options.peers().stream().map(Contender::of).toList()
                : Contender.ofLaunches(options.peers());
        for (PeerKind kind : options.peers()) {
            if (plan.h2()) {
                lab.start(kind, new Setup(lab.h2(kind), true, true));
            } else {
                lab.startWithHistory(kind, 0);
            }
        }
        for (Contender contender : contenders) {
            ask(contender, "job-0", 8, contender.kind() == PeerKind.RAW ? SHORT_WARM_UP : WARM_UP);
            ask(contender, "job-0", 1, SHORT_WARM_UP);
        }
        for (int history : plan.histories()) {
            if (history > 0) {
                options.peers().forEach(kind -> lab.growHistory(kind, history));
            }
            for (int round = 1; round <= options.number("rounds", plan.rounds()); round++) {
                for (String job : history == 0 ? plan.jobs() : List.of("job-0")) {
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

    private void measure(Contender contender, String job, int clients, int history, int round) {
        lab.postgres().checkpoint();
        Lab.Costs before = lab.costs(contender.kind());
        Answer answer = ask(contender, job, clients, Duration.ofSeconds(options.number("seconds", plan.seconds())));
        double launches = answer.number("launches");
        double failed = answer.number("failed");
        Map<String, Double> values = new TreeMap<>();
        values.put("rate", answer.number("rate"));
        values.put("failed.share", failed / Math.max(1, launches + failed));
        for (String percentile : List.of("p50", "p90", "p99", "max")) {
            values.put(percentile + ".ms", answer.number(percentile) / 1000);
        }
        values.putAll(lab.costs(contender.kind()).since(before, launches));
        results.add(new Measurement(
                plan.name(),
                Map.of("job", job, "clients", String.valueOf(clients), "history", String.valueOf(history)),
                contender.title(),
                round,
                values));
        Terminal.note(String.format(
                Locale.ROOT,
                "%-9s %d client%s %,9d executions  round %d  %-21s %8.1f/s   p50 %6.2f ms   p99 %6.2f ms%s",
                job,
                clients,
                clients == 1 ? " " : "s",
                history,
                round,
                contender.title(),
                answer.number("rate"),
                answer.number("p50") / 1000,
                answer.number("p99") / 1000,
                failed > 0 ? "   FAILED %.0f: %s".formatted(failed, answer.text("failures")) : ""));
    }

    private Answer ask(Contender contender, String job, int clients, Duration time) {
        Map<String, Object> settings = new HashMap<>(contender.settings());
        settings.put("job", job);
        settings.put("clients", clients);
        settings.put("millis", time.toMillis());
        return lab.peer(contender.kind()).ask("launch", settings);
    }
}
