package dev.reprise.log;

import java.io.IOException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/** Gets every line of the server, and takes those that a thread of an execution logs. Never throws. */
final class LogHandler extends Handler {

    private final ExecutionLogs logs;
    private final @Nullable ClassLoader application;

    LogHandler(ExecutionLogs logs, @Nullable ClassLoader application) {
        this.logs = logs;
        this.application = application;
        setLevel(Level.ALL);
    }

    @Override
    public void publish(@Nullable LogRecord line) {
        Long bound = LogThread.bound();
        if (bound == null || line == null) {
            return;
        }
        long executionId = LogThread.execution(bound, application);
        ExecutionLogs.Running running = logs.running(executionId);
        if (running == null) {
            return;
        }
        try {
            running.file().write(running.format().format(line));
        } catch (IOException e) {
            logs.failed(executionId, e);
        } catch (RuntimeException | Error e) {
            // A line that cannot be formatted is not what the job fails of; the server's own handlers say so.
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
