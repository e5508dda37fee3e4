package dev.reprise.internal.database;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;

/** Flyway tells each step of its own as news. What becomes of the tables, {@link Schema} says in one line. */
public final class FlywayLog implements LogCreator {

    @Override
    public Log createLogger(Class<?> type) {
        return new Quiet(System.getLogger(type.getName()));
    }

    private record Quiet(Logger logger) implements Log {

        @Override
        @SuppressWarnings("deprecation") // and without a default
        public boolean isDebugEnabled() {
            return logger.isLoggable(Level.TRACE);
        }

        @Override
        public void debug(String message) {
            logger.log(Level.TRACE, () -> message);
        }

        @Override
        public void info(String message) {
            logger.log(Level.DEBUG, () -> message);
        }

        @Override
        public void notice(String message) {
            info(message);
        }

        @Override
        public void warn(String message) {
            logger.log(Level.WARNING, () -> message);
        }

        @Override
        public void error(String message) {
            logger.log(Level.ERROR, () -> message);
        }

        @Override
        public void error(String message, Exception e) {
            logger.log(Level.ERROR, () -> message, e);
        }
    }
}
