package dev.reprise.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The logs of the executions that run or ran on this node, a file for each, beside the server's ordinary log. Thread-safe.
 *
 * <p>A file is named after the number of its execution and nothing else. It has the server's format and a limited size: the
 * newest lines are in {@code 7.log}, the ones before them in {@code 7.1.log}, and what was before those is dropped.
 */
public final class ExecutionLogs implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ExecutionLogs.class.getName());

    private static final long FORMAT_NANOS = 1_000_000_000;

    private final Path folder;
    private final ForgottenLogs forgotten;

    private final long limit;
    private final Set<Logger> roots = new LinkedHashSet<>();
    private final LogHandler handler;
    private final Map<Long, Running> running = new ConcurrentHashMap<>();
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile @Nullable Format format;
    private volatile boolean closed;

    /**
     * The log of an execution that runs here.
     *
     * @param users how many write it: the job itself, and partitions that this node has taken
     */
    record Running(LogFile file, Formatter format, int users) {

        private Running with(int more) {
            return new Running(file, format, users + more);
        }
    }

    /** @param at the nanosecond in which it was found */
    private record Format(Formatter formatter, long at) {}

    /** What was before the first line of a part. */
    public enum Before {
        /** It is the beginning of the log, or follows where the last part ended. */
        NOTHING,
        /** Lines that the log has: ask for more. */
        MORE,
        /** Lines that were dropped at the limit. */
        DROPPED
    }

    /**
     * Some lines of a log.
     *
     * @param lines in order, without their ends
     * @param next the position after them: where {@link #since} goes on
     * @param before what was before the first of them
     * @param complete whether they are the last: nothing more will come
     */
    public record Part(List<String> lines, long next, Before before, boolean complete) {

        public Part {
            lines = List.copyOf(lines);
        }

        /** Line by line, as people read it. */
        public String text() {
            StringBuilder text = new StringBuilder();
            if (before == Before.DROPPED) {
                text.append("(earlier lines were dropped: the log had reached its limit)\n");
            }
            lines.forEach(line -> text.append(line).append('\n'));
            return text.toString();
        }
    }

    private ExecutionLogs(Path folder, long limit, @Nullable ClassLoader application) {
        this.folder = folder;
        this.forgotten = new ForgottenLogs(this, folder);
        this.limit = limit;
        this.handler = new LogHandler(this, application);
    }

    /**
     * Writes the logs of this deployment's executions from now on, until it is closed.
     *
     * @param logs the server's folder for logs
     * @param application the name of the application; its logs are in {@code reprise/<application>} of that folder
     * @param limit how many bytes an execution's log may have; 0 for none at all
     * @param loader what the server sets as context class loader for the application's tasks
     */
    public static ExecutionLogs open(Path logs, String application, long limit, @Nullable ClassLoader loader) {
        ExecutionLogs opened =
                new ExecutionLogs(logs.resolve("reprise").resolve(folderName(application)), limit, loader);
        if (limit > 0) {
            opened.listen();
        }
        return opened;
    }

    /** What is no letter, digit, minus or underscore becomes {@code %} and its code, a leading dot as well. */
    private static String folderName(String application) {
        StringBuilder name = new StringBuilder();
        for (int character : application.codePoints().toArray()) {
            boolean plain = character < 128
                    && (Character.isLetterOrDigit(character)
                            || character == '-'
                            || character == '_'
                            || (character == '.' && !name.isEmpty()));
            name.append(plain ? Character.toString(character) : String.format(Locale.ROOT, "%%%02x", character));
        }
        return name.toString();
    }

    /** A deployment with a logging configuration of its own has loggers of its own; the engine has the server's. */
    private void listen() {
        Logger own = Logger.getLogger("");
        roots.add(own);
        try {
            Object server = Class.forName(
                            "org.jboss.logmanager.LogContext",
                            true,
                            own.getClass().getClassLoader())
                    .getMethod("getSystemLogContext")
                    .invoke(null);
            if (server.getClass().getMethod("getLogger", String.class).invoke(server, "") instanceof Logger root) {
                roots.add(root);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            LOG.log(Level.FINE, "The log manager has one context", e);
        }
        for (Logger root : roots) {
            if (!List.of(root.getHandlers()).contains(handler)) { // two loggers may be one
                root.addHandler(handler);
            }
        }
    }

    /** The execution has a log from now on. */
    public void begin(long executionId) {
        if (limit == 0 || closed) {
            return;
        }
        try {
            running.put(
                    executionId,
                    new Running(LogFile.create(newest(executionId), older(executionId), limit), formatter(), 1));
            warned.set(false);
        } catch (IOException | RuntimeException e) {
            failed(executionId, e);
        }
    }

    /**
     * A part of the execution runs here that may be another node's, and writes its log too, until {@link #end} is called for it.
     * What another part has logged here stays. For one thread at a time.
     *
     * @param created when the execution was created: what is older is another one's
     */
    public void join(long executionId, Instant created) {
        if (limit == 0 || closed || running.computeIfPresent(executionId, (id, its) -> its.with(1)) != null) {
            return;
        }
        try {
            LogFile file = LogFile.resume(newest(executionId), older(executionId), limit, created);
            running.put(executionId, new Running(file, formatter(), 1));
            warned.set(false);
        } catch (IOException | RuntimeException e) {
            failed(executionId, e);
        }
    }

    /** Asked of the server's handlers again after a second: somebody may have changed them. */
    private Formatter formatter() {
        Format known = format;
        if (known == null || System.nanoTime() - known.at() > FORMAT_NANOS) {
            known = new Format(LogFormat.of(roots), System.nanoTime());
            format = known;
        }
        return known.formatter();
    }

    /** Nothing more comes of what has begun or joined it; when that was the last, the log is complete. */
    public void end(long executionId) {
        running.computeIfPresent(executionId, (id, its) -> {
            if (its.users() > 1) {
                return its.with(-1);
            }
            its.file().close();
            return null;
        });
    }

    private void stop(long executionId) {
        Running stopped = running.remove(executionId);
        if (stopped != null) {
            stopped.file().close();
        }
    }

    @Nullable
    Running running(long executionId) {
        return running.get(executionId);
    }

    /** The execution has no log any more; one line says so, whatever else fails until one can be written again. */
    void failed(long executionId, Exception why) {
        stop(executionId);
        if (warned.compareAndSet(false, true)) {
            LOG.warning("The log of execution " + executionId + " in " + folder
                    + " cannot be written, and nor perhaps can those of others: " + why
                    + ". Their lines are in the server's log. See that the folder can be written to and has room.");
        }
    }

    /** Listens no longer; what runs has no log from now on. */
    @Override
    public void close() {
        closed = true;
        roots.forEach(root -> root.removeHandler(handler));
        running.keySet().forEach(this::stop);
    }

    /** The files that this node has of an execution's log, the older one first. */
    public List<Path> files(long executionId) {
        return Stream.of(older(executionId), newest(executionId))
                .filter(Files::exists)
                .toList();
    }

    /**
     * The last lines of an execution's log, 1 MiB at most.
     *
     * @return empty if this node has no log of it
     */
    public Optional<Part> last(long executionId, int lines) throws IOException {
        return read(executionId, window -> window.last(lines));
    }

    /**
     * The lines from a position on, 1 MiB at most; ask again at the position of the answer until that is complete. Gives
     * what is there, and never waits.
     *
     * @param position 0 for the beginning
     * @return empty if this node has no log of it
     */
    public Optional<Part> since(long executionId, long position) throws IOException {
        return read(executionId, window -> window.since(position));
    }

    private interface Reading {
        Part of(LogWindow window) throws IOException;
    }

    private Optional<Part> read(long executionId, Reading reading) throws IOException {
        Running open = running.get(executionId);
        if (open == null) {
            return read(executionId, true, reading);
        }
        synchronized (open.file()) { // or the files would change places
            return read(executionId, false, reading);
        }
    }

    private Optional<Part> read(long executionId, boolean complete, Reading reading) throws IOException {
        LogWindow window = new LogWindow(older(executionId), newest(executionId), complete);
        return window.isEmpty() ? Optional.empty() : Optional.of(reading.of(window));
    }

    /**
     * Deletes the logs of executions, as their history is forgotten. What runs here keeps its log, and what cannot be
     * deleted is logged.
     *
     * @return how many executions had one
     */
    public int delete(Collection<Long> executions) {
        int deleted = 0;
        for (long executionId : executions) {
            if (running.containsKey(executionId)) {
                continue;
            }
            try {
                boolean any = Files.deleteIfExists(older(executionId));
                any |= Files.deleteIfExists(newest(executionId));
                deleted += any ? 1 : 0;
            } catch (IOException e) {
                LOG.warning("The log of execution " + executionId + " cannot be deleted: " + e);
            }
        }
        return deleted;
    }

    /**
     * Deletes logs of executions whose history another node has forgotten. Looks at a few of those that lie here, each time at
     * the next ones; when it has seen all, it rests for ten minutes. For one thread at a time.
     *
     * @param most how many executions it looks at
     * @param known those of some executions that there still are
     */
    public void deleteForgotten(int most, UnaryOperator<Set<Long>> known) {
        forgotten.delete(most, known);
    }

    private Path newest(long executionId) {
        return folder.resolve(executionId + ".log");
    }

    private Path older(long executionId) {
        return folder.resolve(executionId + ".1.log");
    }
}
