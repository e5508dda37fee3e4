package dev.reprise.bench;

import dev.reprise.bench.Results.Spread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** {@code docs/scale.md}: what each thing costs the database, and what follows for more nodes and more history than anybody measured. */
final class ScaleReport {

    private static final String REPRISE = PeerKind.REPRISE.title();
    private static final double EXECUTIONS = 1e8;
    private static final double HEARTBEATS_A_SECOND = 1 / 5.0;

    /** Held by each node for its reports, and kept by its pool. */
    private static final int CONNECTIONS_OF_A_NODE = 1 + 2;

    private static final int MOST_CONNECTIONS_OF_A_NODE = 40;

    private static final String PARTITIONS_GIVE_OUT = """

            A claim reads the first of each step that waits, however many wait (`PlansTest`). What grows, and who says so:

            | grows with | is | who says so | do |
            |---|---|---|---|
            | nodes × rings | The session of each node wakes for each ring of `notify`, and PostgreSQL counts that as a commit. It rings for each partition's end, and for work that comes where none waited. | the run: commits/s | Fewer and larger partitions: seconds, not milliseconds. `reprise.doorbell=none` where some seconds at the beginning of a step do not matter. |
            | partitions that end in a second | A transaction that rings takes a lock of the whole server, all its databases, as it commits, and holds it until the commit is on the disk: such commits go one after the other. | PostgreSQL's source (`PreCommit_Notify` in `async.c`), no measurement of ours; the run counts the sessions that wait for a lock | The same; a disk that answers a flush quickly. |
            | partitions at work | The look for what dead nodes were at reads the row in `REPRISE_WORK` of each, whichever node's, after each report of each node. | the statement itself (`WorkOfTheDead`); the run: rows touched/s, what it costs | Fewer slots; a step's `reprise.partitions.max`. |
            | nodes | Each keeps a connection for its reports and one for its doorbell, and uses one for each partition at work. | the run: sessions | `max_connections`, as below. |

            At most 1,000 partitions of a step wait or are at work at a time, whatever the nodes have room for (`WorkPlan`). A partition's row in `REPRISE_WORK` is
            updated a few times and then gone: `dead` in the run's lines is what autovacuum has not removed yet.

            """;

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    ScaleReport(Results results) {
        this.results = results;
    }

    /** Writes {@code scale.md}, unless what it needs has never been measured. */
    boolean write(Path folder) {
        if (results.works("scale").size() < 2
                || results.works("launch").isEmpty()
                || results.works("counts").isEmpty()) {
            return false;
        }
        head();
        costs();
        nodes();
        deaths();
        partitions();
        history();
        limits();
        try {
            Files.writeString(folder.resolve("scale.md"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    private void head() {
        text.append("""
                # Scale

                <!-- Written by bench/run scale: change bench/src/main/java/dev/reprise/bench/ScaleReport.java instead. -->

                What each thing costs the database, measured, and what follows from that for numbers that nobody measured. All nodes share
                one PostgreSQL; a node's own work grows with the nodes, so the database is what gives out.

                Measured on %s of `%s`, %s, %s, with PostgreSQL %s on the same machine. CPU times are those of its processes, and
                include what the machine's other load made them wait for in caches: take them for the order of magnitude.

                """.formatted(
                        cores(),
                        circumstance("processor"),
                        circumstance("memory"),
                        circumstance("date"),
                        circumstance("postgresql")));
    }

    private String cores() {
        return circumstance("cores") + " cores";
    }

    private String circumstance(String name) {
        return results.circumstances().getOrDefault(name, "unknown");
    }

    // ---- What things cost
    // ---------------------------------------------------------------------------------------------

    private void costs() {
        text.append("## What things cost the database\n\n");
        MarkdownTable table =
                new MarkdownTable("", "statements", "commits", "CPU, µs", "write-ahead log, bytes", "storage, bytes");
        table.row(List.of(
                "launch of a job with one step, until it is COMPLETED",
                counted("launch.statements"),
                counted("launch.commits"),
                micros(launch("job-0", "database.cpu.us")),
                bytes(launch("job-0", "wal.bytes")),
                bytes(median("list", "bytes"))));
        table.row(List.of(
                "chunk, without the job's own rows",
                counted("chunk.statements"),
                "with the job's own",
                micros(chunk("database.cpu.us")),
                bytes(chunk("wal.bytes")),
                "0"));
        table.row(List.of(
                "partition with one chunk",
                counted("partition.statements"),
                counted("partition.commits"),
                "–",
                "–",
                "a row"));
        results.works("scale")
                .forEach(work -> table.row(List.of(
                        "heartbeat of one of %,d nodes".formatted(nodes(work)),
                        "5",
                        "1",
                        micros(rest(work, "database.cpu.us")),
                        bytes(rest(work, "wal.bytes")),
                        "0")));
        text.append(table);
        text.append("""

                A page of 20 instances with their executions takes %s ms, whatever the history is; no page of the console reads more than a
                bounded number of rows. Bytes of log are those with the whole pages that PostgreSQL writes after each of its checkpoints.

                """.formatted(
                        median("list", "list.p50.ms").isPresent()
                                ? Report.number(median("list", "list.p50.ms").getAsDouble())
                                : "a few"));
    }

    private String counted(String value) {
        return results.spread("counts", Map.of(), REPRISE, value)
                .map(Spread::median)
                .map(Report::number)
                .orElse("–");
    }

    private OptionalDouble launch(String job, String value) {
        return value("launch", Map.of("job", job, "clients", "8", "history", "0"), REPRISE, value);
    }

    /** A job with a chunk less one without. */
    private OptionalDouble chunk(String value) {
        OptionalDouble with = launch("ten-items", value);
        OptionalDouble without = launch("job-0", value);
        return with.isEmpty() || without.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, with.getAsDouble() - without.getAsDouble()));
    }

    private OptionalDouble median(String workload, String value) {
        return results.works(workload).stream()
                .map(work -> value(workload, work, REPRISE, value))
                .filter(OptionalDouble::isPresent)
                .findFirst()
                .orElse(OptionalDouble.empty());
    }

    private OptionalDouble value(String workload, Map<String, String> work, String peer, String value) {
        return results.spread(workload, work, peer, value).stream()
                .mapToDouble(Spread::median)
                .findFirst();
    }

    private OptionalDouble rest(Map<String, String> work, String value) {
        return value("scale", work, "at rest", value);
    }

    private static int nodes(Map<String, String> work) {
        return Integer.parseInt(work.get("nodes"));
    }

    private static String micros(OptionalDouble value) {
        return value.isEmpty() ? "–" : String.format(Locale.ROOT, "%,.0f", value.getAsDouble());
    }

    private static String bytes(OptionalDouble value) {
        return micros(value);
    }

    // ---- Nodes
    // --------------------------------------------------------------------------------------------------------

    /** What a beat costs: a part that is always the same, and one for each node of the application. */
    private record Beat(double fixed, double forEachNode) {

        /** Cores of the database that so many nodes keep busy. */
        double cores(double nodes) {
            return nodes * HEARTBEATS_A_SECOND * (fixed + forEachNode * nodes) / 1e6;
        }

        /** How many nodes keep one core busy. */
        double nodesOfACore() {
            double most = 1e6 / HEARTBEATS_A_SECOND;
            return forEachNode <= 0
                    ? most / fixed
                    : (-fixed + Math.sqrt(fixed * fixed + 4 * forEachNode * most)) / (2 * forEachNode);
        }
    }

    private Beat beat() {
        List<Map<String, String>> works = results.works("scale").stream()
                .sorted((one, other) -> Integer.compare(nodes(one), nodes(other)))
                .toList();
        Map<String, String> few = works.get(0);
        Map<String, String> many = works.get(works.size() - 1);
        double fewMicros = rest(few, "database.cpu.us").orElseThrow();
        double manyMicros = rest(many, "database.cpu.us").orElseThrow();
        double forEachNode = Math.max(0, (manyMicros - fewMicros) / (nodes(many) - nodes(few)));
        return new Beat(Math.max(0, fewMicros - forEachNode * nodes(few)), forEachNode);
    }

    private void nodes() {
        Beat beat = beat();
        text.append("## Nodes\n\n");
        text.append("""
                A node reports every 5 seconds, then looks after what it runs, for what dead nodes left, and for restarts that are due: five
                statements, of which one writes. The look for the dead reads the row of each node of the application, and nothing of what other
                living ones run. Measured: %.0f µs, and %s.

                """.formatted(
                        beat.fixed(),
                        beat.forEachNode() < 0.01
                                ? "no more where there are many nodes"
                                : "%.2f µs for each node".formatted(beat.forEachNode())));
        MarkdownTable table = new MarkdownTable(
                "nodes",
                "heartbeats/s",
                "cores of the database",
                "connections kept (at most)",
                "launches/s that one core is left for");
        double launch = launch("job-0", "database.cpu.us").orElse(Double.NaN);
        for (int nodes : List.of(10, 100, 1000, 3000)) {
            table.row(List.of(
                    "%,d".formatted(nodes),
                    "%,.0f".formatted(nodes * HEARTBEATS_A_SECOND),
                    String.format(Locale.ROOT, "%.3f", beat.cores(nodes)),
                    "%,d (%,d)".formatted(nodes * CONNECTIONS_OF_A_NODE, nodes * (MOST_CONNECTIONS_OF_A_NODE + 1)),
                    Double.isNaN(launch)
                            ? "–"
                            : "%,.0f".formatted(Math.max(0, (1 - beat.cores(nodes)) * 1e6 / launch))));
        }
        text.append(table).append('\n');
    }

    private void deaths() {
        text.append("## Deaths\n\n");
        text.append("""
                The simulation lets nodes run in one process, with the repository's own classes, each with its own heartbeat and two
                executions of its own, over 32 connections. Then one node in twenty falls silent, all at once.

                """);
        MarkdownTable table = new MarkdownTable(
                "nodes",
                "die",
                "their executions",
                "closed",
                "restarts claimed",
                "first after, s",
                "last after, s",
                "cores of the database at rest",
                "and then");
        for (Map<String, String> work : results.works("scale")) {
            table.row(List.of(
                    "%,d".formatted(nodes(work)),
                    death(work, "dead"),
                    death(work, "executions"),
                    death(work, "closed"),
                    death(work, "claims"),
                    death(work, "first"),
                    death(work, "last"),
                    String.format(
                            Locale.ROOT, "%.2f", rest(work, "database.cores").orElse(Double.NaN)),
                    death(work, "database.cores")));
        }
        text.append(table);
        text.append("""

                Counted from the moment of silence; a lease is 30 s from the last report, which came up to 5 s before that. Every execution was closed by exactly one node, and exactly one took its restart upon itself: the run fails
                otherwise. What the simulation does not have: the restarts' own work, and one connection for each node's reports.

                """);
    }

    private String death(Map<String, String> work, String value) {
        OptionalDouble found = value("scale", work, "deaths", value);
        return found.isEmpty() ? "–" : Report.number(found.getAsDouble());
    }

    // ---- Partitions

    private void partitions() {
        text.append("""
                ## Partitions

                Nodes in one process, each with a pool, reports, a doorbell and an engine of its own, run the partitions of one step together
                (`bench/run scale-partitions`). The run looks each second at what the database does and prints every fifth, and the costliest statements
                at the end.

                """);
        if (results.works("scale-partitions").isEmpty()) {
            text.append("Its numbers are not here yet: they want a machine with nothing else to do.\n");
        } else {
            ranPartitions();
        }
        text.append(PARTITIONS_GIVE_OUT);
    }

    private void ranPartitions() {
        text.append("""
                A partition waits in all for so long, and commits two chunks; with 0 ms it is nothing but its bookkeeping, and the rate is where this
                machine ends, on which the nodes run as well. Per second: means while partitions ran.

                """);
        MarkdownTable table = new MarkdownTable(
                "nodes × slots, doorbell, ms",
                "partitions",
                "in a second",
                "database CPU of each, µs",
                "log of each, bytes",
                "statements/s",
                "commits/s",
                "rows written/s",
                "rows touched/s",
                "cores of the database",
                "sessions that wait for a lock",
                "REPRISE_WORK at most, KB");
        for (Map<String, String> work : results.works("scale-partitions")) {
            table.row(List.of(
                    "%s × %s, %s, %s"
                            .formatted(work.get("nodes"), work.get("slots"), work.get("doorbell"), work.get("millis")),
                    "%,d".formatted(Integer.parseInt(work.get("partitions"))),
                    ran(work, "partitions.rate", 1),
                    ran(work, "database.cpu.us", 1),
                    ran(work, "wal.bytes", 1),
                    ran(work, "statements.rate", 1),
                    ran(work, "commits.rate", 1),
                    ran(work, "written.rate", 1),
                    ran(work, "touched.rate", 1),
                    ran(work, "database.cores", 1),
                    ran(work, "lock.waits", 1),
                    ran(work, "work.bytes", 1024)));
        }
        text.append(table);
    }

    private String ran(Map<String, String> work, String value, double unit) {
        OptionalDouble found = value("scale-partitions", work, REPRISE, value);
        return found.isEmpty() ? "–" : Report.number(found.getAsDouble() / unit);
    }

    // ---- History
    // ------------------------------------------------------------------------------------------------------

    private void history() {
        text.append("## History\n\n");
        OptionalDouble bytes = median("list", "bytes");
        double each = bytes.orElse(Double.NaN);
        MarkdownTable table =
                new MarkdownTable("executions", "storage with indexes", "at 100 launches/s reached after");
        for (double executions : new double[] {1e6, 1e7, EXECUTIONS}) {
            table.row(List.of(
                    "%,.0f".formatted(executions),
                    bytes.isEmpty() ? "–" : "%,.1f GB".formatted(executions * each / 1e9),
                    "%,.1f days".formatted(executions / 100 / 86_400)));
        }
        text.append(table);
        text.append("""

                Launches, chunk commits and pages go through indexes whose depth grows with the logarithm: from a million to a hundred million
                it is one level more. What grows with the number is the storage, the time of a backup, and of a `vacuum` that has to
                visit every index. A count of a job's instances (`JobOperator.getJobInstanceCount`) adds the newest to a number that is kept (`REPRISE_TALLY`).

                """);
    }

    private void limits() {
        text.append("""
                ## What gives out first, and what to do then

                | | gives out | do |
                |---|---|---|
                | 1 | **Connections.** Each node keeps one for its reports and two in its pool: PostgreSQL's default of 100 ends at about 30 nodes. | Raise `max_connections` (a thousand idle ones cost memory, some MB each, and little else); lower `min-pool-size` to 0 and `max-pool-size` to what the node's threads need: one for each batch thread and two more. A pooler in transaction mode is no way out: the name of a session is how others end what a dead node still holds. |
                | 2 | **Disk flushes.** Each launch waits for %s commits. PostgreSQL flushes for several at once, so more clients get more out of it, until the log itself is the limit. | A disk that answers a flush quickly (a battery or capacitor behind it). `synchronous_commit=off` would give up what a commit promises: don't. |
                | 3 | **CPU of the database, for heartbeats.** One core is busy with nothing else at about %s nodes. | Fewer reports: `reprise.heartbeat=15s` with `reprise.lease=90s` cost a third; deaths are noticed later. Several applications instead of one: a node looks only at those of its own. |
                | 4 | **Storage of the history**, see above. | Purge by age, which keeps identities if wanted. Above 10⁸ executions that have to stay (not tried): ranges of ids of `BATCH_JOB_EXECUTION`, its parameters and `BATCH_STEP_EXECUTION` as partitions of the tables. Pages go by those ids; a launch looks for an instance's executions in an index of each partition, so let them be few and large. Instances cannot be partitioned so: their key is unique over all. |
                | 5 | **Reading.** The console's pages are bounded, however many look at once. Reports of your own over the whole history are not. | A read replica, and reports there. The repository itself needs the primary: what it decides must be true now. |

                Launches, chunks and take-overs of one application go through one primary database, and so does every decision: that is what makes
                them exact. What does not fit into one goes into several applications, each with a database of its own.
                """.formatted(
                        counted("launch.commits"), "%,d".formatted(Math.round(beat().nodesOfACore() / 100) * 100)));
    }
}
