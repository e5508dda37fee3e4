package dev.reprise.operate;

import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.store.history.History;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.state.PurgeCandidate;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.PurgeSummary;
import dev.reprise.state.PurgedExecution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One purge that is under way: small transactions, and a pause as long as each after it, for the jobs. Not thread-safe.
 */
final class Purge implements AutoCloseable {

    /** How many executions go in one transaction: the first time, at least, and at most. */
    private static final int FIRST = 100;

    private static final int FEWEST = 10;
    private static final int MOST = 1000;

    /** Who launches what is being removed waits that long, and so does who wants to write to the same disk. */
    private static final Duration LONG = Duration.ofMillis(200);

    private static final Duration SHORT = LONG.dividedBy(2);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Purges.Walk walk;
    private final @Nullable Archive archive;
    private final Optional<ExecutionLogs> logs;
    private int size = FIRST;
    private PurgeSummary summary;

    /** @throws IllegalArgumentException if the request makes no sense */
    Purge(Purges purges, History history, ServerParts server, PurgeRequest request) {
        this.walk = purges.walk(request);
        this.summary = PurgeSummary.nothing(request.isDryRun());
        this.archive = server.archive()
                .filter(folder -> !request.isDryRun())
                .map(folder -> Archive.begin(folder, history))
                .orElse(null);
        this.logs = server.logs();
    }

    /** From here to the end, or until the thread is interrupted. */
    PurgeSummary run(Purges.Position from) {
        Purges.Position position = from;
        while (true) {
            Purges.Page page = look(position);
            remove(page.instances().stream()
                    .filter(instance -> instance.spared() == null)
                    .toList());
            if (page.last() || Thread.currentThread().isInterrupted()) {
                return summary;
            }
            position = page.next();
        }
    }

    /** What comes next; what of it stays is counted. */
    Purges.Page look(Purges.Position position) {
        Purges.Page page = walk.look(position);
        summary = summary.sparing(page.instances().stream()
                .filter(instance -> instance.spared() != null)
                .toList());
        return page;
    }

    /** Removes instances, or only counts them in a dry run. */
    void remove(List<PurgeCandidate> instances) {
        if (summary.isDryRun()) {
            summary = summary.removing(instances);
            return;
        }
        List<PurgeCandidate> batch = new ArrayList<>();
        int executions = 0;
        for (PurgeCandidate instance : instances) {
            if (executions > 0 && executions + instance.executions() > size) {
                removeAtOnce(batch);
                batch = new ArrayList<>();
                executions = 0;
            }
            batch.add(instance);
            executions += instance.executions();
        }
        removeAtOnce(batch);
    }

    private void removeAtOnce(List<PurgeCandidate> batch) {
        if (batch.isEmpty() || Thread.currentThread().isInterrupted()) {
            return;
        }
        Consumer<List<PurgedExecution>> keep = archive == null ? null : archive::append;
        long began = System.nanoTime();
        Purges.Removed removed = walk.remove(batch, keep);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        summary = summary.removing(removed.instances());
        Set<Long> gone =
                removed.instances().stream().map(PurgeCandidate::instanceId).collect(Collectors.toSet());
        summary = summary.sparing(batch.stream()
                .filter(instance -> !gone.contains(instance.instanceId()))
                .toList());
        logs.ifPresent(its -> its.delete(removed.executions()));
        // One that is nearly empty does not tell how long more would take.
        boolean full = 2 * batch.stream().mapToInt(PurgeCandidate::executions).sum() >= size;
        if (took.compareTo(LONG) > 0) {
            size = Math.max(FEWEST, size / 2);
        } else if (full && took.compareTo(SHORT) < 0) {
            size = Math.min(MOST, size * 2);
        }
        pause(took);
    }

    /** As long as a transaction took: half of the time is left to others, one after the other. */
    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(time.toMillis(), LONGEST_PAUSE.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What it has done so far. */
    PurgeSummary summary() {
        return summary;
    }

    @Override
    public void close() {
        if (archive != null) {
            archive.close();
        }
    }
}
