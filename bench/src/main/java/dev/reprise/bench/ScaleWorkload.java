package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.scale.NodeSimulation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/** What many nodes cost one PostgreSQL when nothing happens, and when one in twenty of them dies. */
final class ScaleWorkload implements Workload {

    private static final int EXECUTIONS_OF_EACH = 2;
    private static final int SETTLING_MILLIS = 6_000;
    private static final int WATCHED_MILLIS = 20_000;

    private final Lab lab;
    private final Options options;
    private final Results results;

    ScaleWorkload(Lab lab, Options options, Results results) {
        this.lab = lab;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        for (int nodes : options.numbers("nodes", 100, 1000)) {
            Database database = lab.postgres().create("scale");
            try (NodeSimulation simulation = new NodeSimulation(database.url(), database.user(), database.password())) {
                Terminal.note("%,d nodes begin %d executions each".formatted(nodes, EXECUTIONS_OF_EACH));
                simulation.start(nodes, EXECUTIONS_OF_EACH);
                watch(simulation, nodes);
                kill(simulation, nodes, Math.max(1, nodes / 20));
            } catch (SQLException | ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    private void watch(NodeSimulation simulation, int nodes) {
        Pause.millis(SETTLING_MILLIS);
        simulation.forget();
        Duration cpu = lab.postgres().cpu();
        long wal = lab.postgres().walBytes();
        long begin = System.nanoTime();
        Pause.millis(WATCHED_MILLIS);
        double seconds = (System.nanoTime() - begin) / 1e9;
        Answer beats = simulation.describe();
        Map<String, Double> values = load(beats, cpu, wal, seconds);
        results.add(new Measurement("scale", Map.of("nodes", String.valueOf(nodes)), "at rest", 1, values));
        Terminal.note(
                "%,d nodes: %.0f beats a second, p50 %.1f ms, p99 %.1f ms; %.1f %% of a core in the database, %.0f us for a beat; %.0f bytes of log a second"
                        .formatted(
                                nodes,
                                values.get("beats.rate"),
                                values.get("p50.ms"),
                                values.get("p99.ms"),
                                100 * values.get("database.cores"),
                                values.get("database.cpu.us"),
                                values.get("wal.rate")));
    }

    private void kill(NodeSimulation simulation, int nodes, int dead) throws SQLException, InterruptedException {
        simulation.forget();
        Duration cpu = lab.postgres().cpu();
        long wal = lab.postgres().walBytes();
        long begin = System.nanoTime();
        Answer after = simulation.kill(dead);
        Map<String, Double> values = load(after, cpu, wal, (System.nanoTime() - begin) / 1e9);
        for (String name : new String[] {"executions", "closed", "claims", "first", "last"}) {
            values.put(name, after.number(name));
        }
        values.put("dead", (double) dead);
        results.add(new Measurement("scale", Map.of("nodes", String.valueOf(nodes)), "deaths", 1, values));
        Terminal.note(
                "%d of %,d nodes die: of their %.0f executions %.0f were closed and %.0f restarts claimed, the first after %.1f s, the last after %.1f s; %.1f %% of a core in the database"
                        .formatted(
                                dead,
                                nodes,
                                values.get("executions"),
                                values.get("closed"),
                                values.get("claims"),
                                values.get("first"),
                                values.get("last"),
                                100 * values.get("database.cores")));
        if (values.get("closed") - values.get("executions") != 0
                || values.get("claims") - values.get("executions") != 0) {
            throw new IllegalStateException("not every execution was taken over exactly once: " + values);
        }
    }

    private Map<String, Double> load(Answer beats, Duration cpu, long wal, double seconds) {
        double count = Math.max(1, beats.number("beats"));
        double micros = lab.postgres().cpu().minus(cpu).toNanos() / 1000.0;
        Map<String, Double> values = new TreeMap<>();
        values.put("beats.rate", beats.number("beats") / seconds);
        values.put("p50.ms", beats.number("p50") / 1000);
        values.put("p99.ms", beats.number("p99") / 1000);
        values.put("failed", beats.number("failed"));
        values.put("database.cores", micros / 1e6 / seconds);
        values.put("database.cpu.us", micros / count);
        values.put("wal.rate", (lab.postgres().walBytes() - wal) / seconds);
        values.put("wal.bytes", (lab.postgres().walBytes() - wal) / count);
        return values;
    }
}
