package dev.reprise.bench;

import dev.reprise.bench.DatabaseWatch.Second;
import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.scale.ManyNodes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What many nodes that run the partitions of one step together make one PostgreSQL do. */
final class PartitionScaleWorkload implements Workload {

    private static final int CHUNKS = 2;
    private static final int BEFORE_PROFILE_MILLIS = 5_000;
    private static final int PROFILED_MILLIS = 4_000;
    private static final int SHOWN = 14;
    private static final int WIDTH = 150;

    private final Lab lab;
    private final Options options;
    private final Results results;

    PartitionScaleWorkload(Lab lab, Options options, Results results) {
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        int slots = options.number("slots", 2);
        int partitions = options.number("partitions", 10_000);
        for (String doorbell : options.texts("doorbell", "notify")) {
            for (int millis : options.numbers("pause", 2000, 0)) {
                for (int nodes : options.numbers("nodes", 10, 100)) {
                    try {
                        measure(nodes, slots, partitions, millis, doorbell);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException(e);
                    }
                }
            }
        }
    }

    private void measure(int nodes, int slots, int partitions, int millis, String doorbell)
            throws SQLException, InterruptedException {
        Database database = lab.postgres().create("scale");
        Terminal.note("%,d nodes with %d slots, doorbell %s: %,d partitions of %d ms and %d chunks"
                .formatted(nodes, slots, doorbell, partitions, millis, CHUNKS));
        try (ManyNodes cluster = new ManyNodes(
                database.url(),
                database.user(),
                database.password(),
                nodes,
                slots,
                doorbell,
                partitions,
                CHUNKS,
                millis)) {
            lab.postgres().checkpoint();
            Duration cpu = lab.postgres().cpu();
            long wal = lab.postgres().walBytes();
            Profile profile = new Profile(database);
            Answer answer;
            List<Second> seconds;
            try (DatabaseWatch watch = DatabaseWatch.begin(database, lab.postgres())) {
                profile.start();
                answer = cluster.run();
                seconds = watch.seconds();
            }
            profile.join();
            Map<String, Double> values = new TreeMap<>();
            for (String name : List.of("seconds", "completed", "nodes")) {
                values.put(name, answer.number(name));
            }
            values.put("partitions.rate", partitions / answer.number("seconds"));
            values.put("database.cpu.us", lab.postgres().cpu().minus(cpu).toNanos() / 1000.0 / partitions);
            values.put("wal.bytes", (double) (lab.postgres().walBytes() - wal) / partitions);
            values.put("statements.rate", profile.rate());
            put(values, seconds, "commits.rate", Second::commits);
            put(values, seconds, "written.rate", Second::written);
            put(values, seconds, "touched.rate", Second::touched);
            put(values, seconds, "wal.rate", Second::wal);
            put(values, seconds, "database.cores", Second::cores);
            put(values, seconds, "lock.waits", Second::lockWaits);
            put(values, seconds, "latch.waits", Second::lightWaits);
            values.put(
                    "work.bytes",
                    seconds.stream().mapToDouble(Second::size).max().orElse(0));
            values.put(
                    "deadlocks",
                    seconds.stream().mapToDouble(Second::deadlocks).max().orElse(0));
            results.add(new Measurement(
                    "scale-partitions",
                    Map.of(
                            "nodes", String.valueOf(nodes),
                            "slots", String.valueOf(slots),
                            "partitions", String.valueOf(partitions),
                            "millis", String.valueOf(millis),
                            "doorbell", doorbell),
                    "Reprise",
                    1,
                    values));
            profile.print();
            Terminal.note(String.format(
                    Locale.ROOT,
                    "%s after %.1f s: %,.0f of %,d partitions completed on %.0f nodes, %.0f a second; %.0f us of the database's"
                            + " and %,.0f bytes of log for each; at full work %,.0f statements and %,.0f commits a second, %.2f cores",
                    answer.text("status"),
                    values.get("seconds"),
                    values.get("completed"),
                    partitions,
                    values.get("nodes"),
                    values.get("partitions.rate"),
                    values.get("database.cpu.us"),
                    values.get("wal.bytes"),
                    values.get("statements.rate"),
                    values.get("commits.rate"),
                    values.get("database.cores")));
            if (values.get("completed") != partitions || !answer.text("status").equals("COMPLETED")) {
                throw new IllegalStateException("not every partition has completed: " + values);
            }
        }
    }

    /** The mean of the seconds in which partitions ran. */
    private static void put(
            Map<String, Double> values, List<Second> seconds, String name, ToDoubleFunction<Second> value) {
        values.put(
                name,
                seconds.stream()
                        .filter(second -> second.taken() > 0)
                        .mapToDouble(value)
                        .average()
                        .orElse(0));
    }

    /** Some seconds of the run, statement by statement; the server logs them meanwhile, which costs it something. */
    private final class Profile extends Thread {

        private final Database database;
        private List<StatementTimes.Total> totals = List.of();

        Profile(Database database) {
            super("profile");
            this.database = database;
        }

        @Override
        public void run() {
            Pause.millis(BEFORE_PROFILE_MILLIS);
            totals = lab.postgres().timesOf(database, () -> Pause.millis(PROFILED_MILLIS));
        }

        private double rate() {
            return totals.stream().mapToInt(StatementTimes.Total::calls).sum() * 1000.0 / PROFILED_MILLIS;
        }

        private void print() {
            for (StatementTimes.Total total : totals.subList(0, Math.min(SHOWN, totals.size()))) {
                System.out.printf(
                        Locale.ROOT,
                        "      %7.1f calls/s %8.3f ms each %6.1f %% of a core  %s%n",
                        total.calls() * 1000.0 / PROFILED_MILLIS,
                        total.millis() / Math.max(1, total.calls()),
                        100 * total.millis() / PROFILED_MILLIS,
                        total.sql().substring(0, Math.min(WIDTH, total.sql().length())));
            }
        }
    }
}
