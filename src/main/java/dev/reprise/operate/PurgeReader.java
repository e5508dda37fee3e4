package dev.reprise.operate;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.store.history.History;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.job.TimeSpan;
import dev.reprise.state.PurgeCandidate;
import dev.reprise.state.PurgeRequest;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The job {@code reprise-purge}: an item is an execution that is looked at, and comes as the instance that it belongs to. So
 * the step's counts are executions read, filtered (spared) and written (removed).
 */
@Dependent
@Named("reprisePurgeReader")
@Typed(PurgeReader.class)
class PurgeReader extends AbstractItemReader {

    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    private final Purges purges;
    private final History history;
    private final ServerParts server;
    private final StepContext step;
    private final PurgeRequest request;
    private final Deque<PurgeCandidate> instances = new ArrayDeque<>();
    private @Nullable Purge purge;
    private Purges.Position page = new Purges.Position(0, 0);
    private long done;
    private int given;
    private boolean last;

    @Inject
    PurgeReader(
            Supplier<RepriseRepository> repositories,
            StepContext step,
            @BatchProperty(name = "job") @Nullable String job,
            @BatchProperty(name = "status") @Nullable String status,
            @BatchProperty(name = "olderThan") String olderThan,
            @BatchProperty(name = "keep") String keep,
            @BatchProperty(name = "keepIdentity") String keepIdentity,
            @BatchProperty(name = "includeRestartable") String includeRestartable,
            @BatchProperty(name = "dryRun") String dryRun) {
        RepriseRepository repository = repositories.get();
        this.purges = repository.purges();
        this.history = repository.history();
        this.server = repository.server();
        this.step = step;
        Duration age = TimeSpan.of(olderThan)
                .orElseThrow(() ->
                        new IllegalArgumentException("olderThan is '" + olderThan + "'; write a time as 12h or 90d"));
        this.request = new PurgeRequest(
                isGiven(job) ? job : null,
                isGiven(status) ? Set.of(COMMA.split(status)) : Set.of(),
                age,
                Integer.parseInt(keep),
                Boolean.parseBoolean(keepIdentity),
                Boolean.parseBoolean(includeRestartable),
                Boolean.parseBoolean(dryRun));
    }

    private static boolean isGiven(@Nullable String value) {
        return value != null && !value.isBlank();
    }

    /** A purge may have any of its positions twice, so it begins at the last committed one. */
    @Override
    public void open(@Nullable Serializable checkpoint) {
        close();
        page = checkpoint == null ? purges.beginning() : position((String) checkpoint);
        done = page.after();
        instances.clear();
        given = 0;
        last = false;
        purge = new Purge(purges, history, server, request);
        step.setTransientUserData(purge);
    }

    @Override
    public @Nullable PurgeCandidate readItem() {
        PurgeCandidate instance = instances.peek();
        while (instance == null && !last) {
            Purges.Page next = opened().look(page);
            instances.addAll(next.instances());
            page = next.next();
            last = next.last();
            instance = instances.peek();
            if (instance == null) {
                done = page.after();
            }
        }
        if (instance == null) {
            return null;
        }
        if (++given == instance.executions()) {
            instances.remove();
            given = 0;
            done = instances.isEmpty() ? page.after() : instance.first();
        }
        return instance;
    }

    private Purge opened() {
        if (purge == null) {
            throw new IllegalStateException("the reader is not open");
        }
        return purge;
    }

    /** The execution that it has come to, and the one that was the newest when it began. */
    @Override
    public String checkpointInfo() {
        return done + "/" + page.upTo();
    }

    private static Purges.Position position(String checkpoint) {
        long[] ids =
                Stream.of(checkpoint.split("/", 2)).mapToLong(Long::parseLong).toArray();
        return new Purges.Position(ids[0], ids[1]);
    }

    @Override
    public void close() {
        if (purge != null) {
            purge.close();
        }
    }
}
