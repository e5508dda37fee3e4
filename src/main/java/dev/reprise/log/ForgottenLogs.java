package dev.reprise.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the logs of executions whose history another node has forgotten: those that lie here, a few at a time. For one thread at a time. */
final class ForgottenLogs {

    private static final Logger LOG = Logger.getLogger(ForgottenLogs.class.getName());

    private static final Pattern LOG_FILE = Pattern.compile("(\\d{1,18})(?:\\.1)?\\.log");

    private static final long REST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final ExecutionLogs logs;
    private final Path folder;
    private final Set<Long> unseen = new TreeSet<>();
    private long seenAll;

    ForgottenLogs(ExecutionLogs logs, Path folder) {
        this.logs = logs;
        this.folder = folder;
    }

    /** {@link ExecutionLogs#deleteForgotten}. */
    void delete(int most, UnaryOperator<Set<Long>> known) {
        if (unseen.isEmpty()) {
            if (seenAll != 0 && System.nanoTime() - seenAll < REST_NANOS) {
                return;
            }
            seenAll = System.nanoTime();
            unseen.addAll(executions());
        }
        Set<Long> next = unseen.stream().limit(most).collect(Collectors.toSet());
        Set<Long> there = known.apply(next);
        unseen.removeAll(next);
        logs.delete(
                next.stream().filter(execution -> !there.contains(execution)).toList());
    }

    private Set<Long> executions() {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> LOG_FILE.matcher(String.valueOf(file.getFileName())))
                    .filter(Matcher::matches)
                    .map(name -> Long.valueOf(name.group(1)))
                    .collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.FINE, "The folder of the logs cannot be read", e);
            return Set.of();
        }
    }
}
