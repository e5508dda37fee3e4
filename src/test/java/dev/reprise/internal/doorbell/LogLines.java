package dev.reprise.internal.doorbell;

import java.text.MessageFormat;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What a doorbell logs. */
final class LogLines implements System.Logger {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    List<String> all() {
        return lines;
    }

    /** Those that people see. */
    List<String> shown() {
        return lines.stream().filter(line -> !line.startsWith("DEBUG")).toList();
    }

    /** How many say that it does not work. */
    long failures() {
        return lines.stream().filter(line -> line.contains("does not work")).count();
    }

    @Override
    public String getName() {
        return "a test's";
    }

    @Override
    public boolean isLoggable(Level level) {
        return true;
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        lines.add(level + " " + message);
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String format, Object... parameters) {
        lines.add(level + " " + MessageFormat.format(format, parameters));
    }
}
