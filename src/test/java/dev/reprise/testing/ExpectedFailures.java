package dev.reprise.testing;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Keeps hundreds of stack traces out of the log of a test whose jobs are meant to fail. */
public final class ExpectedFailures implements BeforeAllCallback, AfterAllCallback {

    /** Held, because the log manager does not. */
    private static final List<Logger> LOGGERS =
            List.of(Logger.getLogger("org.jberet"), Logger.getLogger("dev.reprise.jobs"));

    @Override
    public void beforeAll(ExtensionContext context) {
        hide();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        show();
    }

    public static void hide() {
        LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
    }

    public static void show() {
        LOGGERS.forEach(logger -> logger.setLevel(null));
    }
}
