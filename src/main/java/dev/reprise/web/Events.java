package dev.reprise.web;

import dev.reprise.internal.engine.ThisNode;
import dev.reprise.internal.store.history.History;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.state.ExecutionState;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells everybody who listens what changed. One look at the database each second serves all listeners of this node, and
 * there is none while nobody listens. An event's id is the moment of the change by the database's clock, which any node
 * understands. Thread-safe.
 */
@ApplicationScoped
public class Events {

    private static final Logger LOG = System.getLogger(Events.class.getName());

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** Transactions become visible a little later than their changes are dated. */
    private static final Duration OVERLAP = Duration.ofSeconds(5);

    /** What happened since may be told to who was away that long; who was away longer reads anew. */
    private static final Duration MEMORY = Duration.ofMinutes(5);

    /** Then a listener comes back, and its login is checked again. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Duration SILENCE = Duration.ofSeconds(15);

    private static final int AT_ONCE = 200;

    /** Each listener is told each change. */
    private static final int MOST = 256;

    private final Monitor monitor;
    private final Supplier<History> histories;
    private final Supplier<ThisNode> node;

    private final Map<SseEventSink, Listener> listeners = new LinkedHashMap<>();
    private final Map<Long, String> told = new HashMap<>();
    private String nodesTold = "";
    private Instant seen = Instant.EPOCH;
    private @Nullable ScheduledExecutorService looks;

    @Inject
    public Events(Monitor monitor, Supplier<History> histories, Supplier<ThisNode> node) {
        this.monitor = monitor;
        this.histories = histories;
        this.node = node;
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Events() {
        this.monitor = null;
        this.histories = null;
        this.node = null;
    }

    private static final class Listener {

        final Sse sse;
        final boolean operator;
        final IoThread thread = IoThread.ofThisRequest();
        final long since = System.nanoTime();
        long spoken = since;

        long busySince = since;

        Listener(Sse sse, boolean operator) {
            this.sse = sse;
            this.operator = operator;
        }

        String shown(View.Execution execution) {
            return Json.text(operator ? execution : execution.withoutMessage());
        }

        boolean isLate() {
            return thread.isBusy() && olderThan(busySince, SILENCE);
        }
    }

    private static boolean olderThan(long nanos, Duration age) {
        return System.nanoTime() - nanos > age.toNanos();
    }

    /**
     * Tells a listener what changed since its last event, and from now on.
     *
     * @param operator whether it may read the messages of exceptions
     */
    @SuppressWarnings("FutureReturnValueIgnored") // each look catches what goes wrong in it
    synchronized void send(SseEventSink sink, Sse sse, @Nullable String lastEventId, boolean operator) {
        listeners.keySet().removeIf(SseEventSink::isClosed);
        if (listeners.size() >= MOST) {
            throw Problem.busy(
                            "too-many-streams",
                            "Too many listen",
                            "As many as may (" + MOST + ") listen to the events of this node. Come back later.")
                    .exception();
        }
        History history = histories.get();
        Instant now = history.now();
        if (looks == null) {
            // Nobody listened: what was before is not news, but what runs is.
            seen = now;
            told.clear();
            nodesTold = "";
        }
        Listener listener = new Listener(sse, operator);
        listeners.put(sink, listener);
        Instant last = lastEventId == null || !lastEventId.matches("\\d{1,15}")
                ? null
                : Instant.ofEpochMilli(Long.parseLong(lastEventId));
        List<ExecutionState> missed =
                last == null || last.isBefore(now.minus(MEMORY)) ? List.of() : monitor.changedSince(last);
        if (last == null || last.isBefore(now.minus(MEMORY)) || missed.size() > AT_ONCE) {
            tell(sink, listener, "reset", String.valueOf(now.toEpochMilli()), "{}");
        } else {
            monitor.views(missed)
                    .forEach(execution -> tell(
                            sink,
                            listener,
                            "execution",
                            String.valueOf(now.toEpochMilli()),
                            listener.shown(execution)));
        }
        if (looks == null) {
            ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "reprise-events");
                thread.setDaemon(true);
                return thread;
            });
            started.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
            looks = started;
        }
    }

    private synchronized void look() {
        try {
            listeners.entrySet().removeIf(entry -> isGone(entry.getKey(), entry.getValue()));
            if (node.get().isSuspended()) {
                close();
            }
            if (listeners.isEmpty()) {
                rest();
                return;
            }
            tellChanges();
            tellNodes();
            listeners.forEach((sink, listener) -> {
                if (olderThan(listener.spoken, SILENCE)) {
                    tell(sink, listener, null, null, null);
                }
            });
        } catch (RuntimeException | Error e) { // a task that throws is not run again
            LOG.log(Level.DEBUG, "No events: {0}", e.toString());
        }
    }

    private static boolean isGone(SseEventSink sink, Listener listener) {
        if (!sink.isClosed() && (olderThan(listener.since, LONGEST) || listener.isLate())) {
            listener.thread.close(sink);
            return true;
        }
        return sink.isClosed();
    }

    private void tellChanges() {
        Map<Long, ExecutionState> changed = new LinkedHashMap<>();
        monitor.running(AT_ONCE).forEach(execution -> changed.put(execution.id(), execution));
        for (ExecutionState execution : monitor.changedSince(seen.minus(OVERLAP))) {
            changed.put(execution.id(), execution);
            Instant updated = execution.updated();
            if (updated != null && updated.isAfter(seen)) {
                seen = updated;
            }
        }
        List<ExecutionState> inOrder = new ArrayList<>(changed.values());
        String id = String.valueOf(seen.toEpochMilli());
        for (View.Execution execution : monitor.views(inOrder)) {
            String whole = Json.text(execution);
            if (!whole.equals(told.put(execution.id(), whole))) {
                String shortened = Json.text(execution.withoutMessage());
                listeners.forEach((sink, listener) ->
                        tell(sink, listener, "execution", id, listener.operator ? whole : shortened));
            }
        }
        told.keySet().retainAll(changed.keySet());
    }

    private void tellNodes() {
        List<View.Node> nodes = monitor.nodes();
        StringBuilder what = new StringBuilder();
        nodes.forEach(node -> what.append(node.name())
                .append(' ')
                .append(node.incarnation())
                .append(' ')
                .append(node.alive())
                .append(' ')
                .append(node.running())
                .append('\n'));
        if (!nodesTold.contentEquals(what)) {
            nodesTold = what.toString();
            tellAll("nodes", String.valueOf(seen.toEpochMilli()), Json.text(nodes));
        }
    }

    private void tellAll(String name, String id, String data) {
        listeners.forEach((sink, listener) -> tell(sink, listener, name, id, data));
    }

    /** Without a name, a comment: so that who is gone is noticed. */
    private static void tell(
            SseEventSink sink, Listener listener, @Nullable String name, @Nullable String id, @Nullable String data) {
        if (sink.isClosed()) {
            return;
        }
        OutboundSseEvent.Builder event = listener.sse.newEventBuilder();
        if (name == null) {
            event.comment("");
        } else {
            event.name(name).id(id).mediaType(MediaType.TEXT_PLAIN_TYPE).data(String.class, data);
        }
        listener.spoken = System.nanoTime();
        if (!listener.thread.isBusy()) {
            listener.busySince = listener.spoken;
        }
        listener.thread.send(sink, event.build());
    }

    private void close() {
        listeners.forEach((sink, listener) -> listener.thread.close(sink));
        listeners.clear();
    }

    private void rest() {
        if (looks != null) {
            looks.shutdown();
            looks = null;
        }
    }

    @PreDestroy
    synchronized void end() {
        close();
        rest();
    }
}
