package dev.reprise.log;

import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How the server writes a line. The classes of its log manager are not a deployment's to see: what is more than
 * {@code java.util.logging} is asked by reflection, and a log manager that has none of it gets WildFly's default layout.
 */
final class LogFormat {

    private static final String PATTERN_FORMATTER = "org.jboss.logmanager.formatters.PatternFormatter";

    private LogFormat() {}

    /**
     * The formatter of the server's log file; of the console without its colours, if there is no file. What could turn a line
     * round or hide in it is shown as {@link OneLine} does.
     */
    static Formatter of(Collection<Logger> roots) {
        return new Visible(ofServer(roots));
    }

    private static Formatter ofServer(Collection<Logger> roots) {
        List<Handler> handlers = new ArrayList<>();
        for (Logger root : roots) {
            addAll(handlers, root.getHandlers());
        }
        for (Handler handler : handlers) {
            Formatter formatter = handler.getFormatter();
            if (handler.getClass().getSimpleName().contains("File") && formatter != null && !isColoured(formatter)) {
                return formatter;
            }
        }
        for (Handler handler : handlers) {
            Formatter formatter = withoutColours(handler.getFormatter());
            if (formatter != null) {
                return formatter;
            }
        }
        return new Plain();
    }

    private static void addAll(List<Handler> all, Handler[] handlers) {
        for (Handler handler : handlers) {
            if (!(handler instanceof LogHandler)) {
                all.add(handler);
                if (call(handler, "getHandlers") instanceof Handler[] nested) {
                    addAll(all, nested);
                }
            }
        }
    }

    private static boolean isColoured(Formatter formatter) {
        return formatter.getClass().getSimpleName().contains("Color")
                || (call(formatter, "getPattern") instanceof String pattern && pattern.contains("%K"));
    }

    private static @Nullable Formatter withoutColours(@Nullable Formatter formatter) {
        if (formatter == null || !(call(formatter, "getPattern") instanceof String pattern)) {
            return null;
        }
        try {
            return Class.forName(PATTERN_FORMATTER, true, formatter.getClass().getClassLoader())
                    .asSubclass(Formatter.class)
                    .getConstructor(String.class)
                    .newInstance(pattern.replaceAll("%K\\{[^}]*}", ""));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    private static @Nullable Object call(Object on, String getter) {
        try {
            return on.getClass().getMethod(getter).invoke(on);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    private static final class Visible extends Formatter {

        private final Formatter server;

        Visible(Formatter server) {
            this.server = server;
        }

        @Override
        public String format(LogRecord line) {
            return OneLine.each(server.format(line));
        }
    }

    /** {@code 2026-11-22 15:30:00,123 INFO  [category] (thread) message}. */
    static final class Plain extends Formatter {

        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS", Locale.ROOT);

        @Override
        public String format(LogRecord line) {
            StringWriter text = new StringWriter();
            text.append(TIME.format(line.getInstant().atZone(ZoneId.systemDefault())))
                    .append(String.format(" %-5s [", line.getLevel().getName()))
                    .append(String.valueOf(line.getLoggerName()))
                    .append("] (")
                    .append(Thread.currentThread().getName())
                    .append(") ")
                    .append(formatMessage(line));
            Throwable thrown = line.getThrown();
            if (thrown != null) {
                return text.append(": ").append(StackTrace.of(thrown)).toString();
            }
            return text.append(System.lineSeparator()).toString();
        }
    }
}
