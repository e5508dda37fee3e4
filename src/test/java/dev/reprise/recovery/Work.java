package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.remote.Reply;
import dev.reprise.server.ClusterNode;
import dev.reprise.state.Refusal;
import java.util.List;
import java.util.Map;

/**
 * A job with what it writes.
 *
 * @param written items of each step
 */
record Work(String job, Map<String, String> parameters, Map<String, Integer> written) {

    /** The shapes that a job may have; each takes a few seconds where the database answers as late as in these tests. */
    static final List<Work> ALL =
            List.of(chunks(30), sequence(15), split(12), partitions(20), batchlet(2500), distributed(20));

    /** The same with as few commits as there can be. */
    static final List<Work> SMALL =
            List.of(chunks(2), sequence(2), split(2), partitions(2), batchlet(100), distributed(2));

    /** Why a launch is refused that comes after one whose answer was an error. */
    private static final List<String> THERE =
            List.of(Refusal.Kind.ALREADY_RUNNING.name(), Refusal.Kind.ALREADY_COMPLETE.name());

    /** Work that was begun. */
    record Run(Work work, String name, ClusterNode node) {}

    private static Work chunks(int chunks) {
        return new Work("many", parameters(1000 * chunks), Map.of("work", 1000 * chunks));
    }

    private static Work sequence(int chunks) {
        return new Work("short", parameters(20 * chunks), Map.of("first", 20 * chunks, "second", 20 * chunks));
    }

    private static Work split(int chunks) {
        int count = 1000 * chunks;
        return new Work("two-flows", parameters(count), Map.of("left", count, "right", count, "last", count));
    }

    private static Work partitions(int chunks) {
        return new Work("ranges", parameters(1000 * chunks), Map.of("work", 4 * 1000 * chunks));
    }

    /** On both nodes, whichever has launched it. */
    private static Work distributed(int chunks) {
        int count = 200 * chunks;
        return new Work(
                "spread", Runs.with(parameters(count), "few", String.valueOf(count)), Map.of("work", 6 * count));
    }

    private static Work batchlet(int millis) {
        return new Work("patient", Map.of("-millis", String.valueOf(millis)), Map.of());
    }

    private static Map<String, String> parameters(int count) {
        return Map.of("count", String.valueOf(count), "-pauseMillis", "20");
    }

    boolean isBatchlet() {
        return written.isEmpty();
    }

    Run on(ClusterNode node) {
        String run = nameOn(node);
        node.start(job, Runs.with(parameters, "run", run)).executionId();
        return new Run(this, run, node);
    }

    /** Launched again for as long as the launch itself meets a fault. */
    Run launchedOn(ClusterNode node) {
        String run = nameOn(node);
        await(run + " is launched").until(() -> isThere(node.launch(job, Runs.with(parameters, "run", run))));
        return new Run(this, run, node);
    }

    private static boolean isThere(Reply reply) {
        if (reply.kind() == Reply.Kind.REFUSED) {
            assertThat(reply.what()).as(reply::toString).isIn(THERE);
        }
        return reply.kind() != Reply.Kind.THREW;
    }

    private String nameOn(ClusterNode node) {
        return job + "-" + node + "-" + System.nanoTime();
    }
}
