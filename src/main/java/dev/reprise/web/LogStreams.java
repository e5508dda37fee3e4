package dev.reprise.web;

import dev.reprise.internal.engine.ThisNode;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.ExecutionLogs.Part;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends the lines of executions' logs to those who follow them, until the executions have ended. Thread-safe. */
@ApplicationScoped
public class LogStreams {

    private static final Logger LOG = System.getLogger(LogStreams.class.getName());

    private static final Duration LOOK = Duration.ofMillis(500);

    private static final int MOST = 256;

    /** Then a follower comes back, and its login is checked again. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Supplier<ThisNode> node;
    private final Supplier<Optional<ExecutionLogs>> logs;
    private final Map<SseEventSink, Follower> followers = new HashMap<>();
    private @Nullable ScheduledExecutorService looks;

    @Inject
    public LogStreams(Supplier<ThisNode> node, Supplier<Optional<ExecutionLogs>> logs) {
        this.node = node;
        this.logs = logs;
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    LogStreams() {
        this.node = null;
        this.logs = null;
    }

    private static final class Follower {

        final Sse sse;
        final IoThread thread;
        final long executionId;
        final long since = System.nanoTime();
        long position;
        boolean ended;

        Follower(Sse sse, IoThread thread, long executionId, long position) {
            this.sse = sse;
            this.thread = thread;
            this.executionId = executionId;
            this.position = position;
        }
    }

    /**
     * Sends the lines after a position, and what follows.
     *
     * @param thread of the follower's request
     * @param first lines that the follower is to have before; null if it has them
     */
    @SuppressWarnings("FutureReturnValueIgnored") // each look catches what goes wrong in it
    synchronized void follow(
            SseEventSink sink, Sse sse, IoThread thread, long executionId, long position, @Nullable Part first) {
        followers.keySet().removeIf(LogStreams::isClosed);
        if (followers.size() >= MOST) {
            throw Problem.busy(
                            "too-many-streams",
                            "Too many follow",
                            "As many as may (" + MOST
                                    + ") follow logs on this node. Come back later, or read it without"
                                    + " following it.")
                    .exception();
        }
        Follower follower = new Follower(sse, thread, executionId, position);
        followers.put(sink, follower);
        if (first != null) {
            send(sink, follower, first);
        }
        if (looks == null) {
            ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread looking = new Thread(task, "reprise-logs");
                looking.setDaemon(true);
                return looking;
            });
            started.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
            looks = started;
        }
    }

    /** Whatever happens to one of them, and however: a task that throws is not run again, and nobody would get a line. */
    synchronized void look() {
        boolean closing = isClosing();
        followers.entrySet().removeIf(entry -> isDone(entry.getKey(), entry.getValue(), closing));
        if (followers.isEmpty()) {
            rest();
        }
    }

    private boolean isDone(SseEventSink sink, Follower follower, boolean closing) {
        boolean over = closing || System.nanoTime() - follower.since > LONGEST.toNanos();
        try {
            if (over || (follower.ended && !follower.thread.isBusy())) {
                follower.thread.close(sink);
                return true;
            }
            if (!follower.thread.isBusy() && !sink.isClosed()) {
                logs.get()
                        .orElseThrow(IOException::new)
                        .since(follower.executionId, follower.position)
                        .ifPresentOrElse(part -> send(sink, follower, part), () -> follower.thread.close(sink));
            }
            return sink.isClosed();
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "One who follows a log is left", e);
            follower.thread.close(sink);
            return true;
        }
    }

    private static boolean isClosed(SseEventSink sink) {
        try {
            return sink.isClosed();
        } catch (RuntimeException e) {
            return true;
        }
    }

    /** Also where there is no repository any more. */
    private boolean isClosing() {
        try {
            return node.get().isSuspended();
        } catch (RuntimeException gone) {
            return true;
        }
    }

    private static void send(SseEventSink sink, Follower follower, Part part) {
        follower.position = part.next();
        if (part.before() == ExecutionLogs.Before.DROPPED) {
            send(sink, follower, "dropped", "", false);
        }
        // A stream that breaks in the middle goes on with the whole part: only its last line has the position after it.
        for (int i = 0; i < part.lines().size(); i++) {
            send(sink, follower, "line", part.lines().get(i), i == part.lines().size() - 1);
        }
        if (part.complete()) {
            send(sink, follower, "end", "", true);
            follower.ended = true;
        }
    }

    private static void send(SseEventSink sink, Follower follower, String name, String data, boolean last) {
        if (sink.isClosed()) {
            return;
        }
        OutboundSseEvent.Builder event = follower.sse
                .newEventBuilder()
                .name(name)
                .mediaType(MediaType.TEXT_PLAIN_TYPE)
                .data(String.class, data);
        if (last) {
            event.id(String.valueOf(follower.position));
        }
        follower.thread.send(sink, event.build());
    }

    private void rest() {
        if (looks != null) {
            looks.shutdown();
            looks = null;
        }
    }

    @PreDestroy
    synchronized void end() {
        followers.forEach((sink, follower) -> follower.thread.close(sink));
        followers.clear();
        rest();
    }
}
