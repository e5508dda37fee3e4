package dev.reprise.internal.engine.reason;

import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last that an artifact threw, whatever the engine made of it.
 *
 * @param call what the engine had asked of it
 * @param away whether because a database was away
 */
public record Thrown(ArtifactCall call, Throwable thrown, boolean away) {

    /** Whether this is what the engine has: wrapped, a copy, or another one in the place of what it cannot copy. */
    public boolean isIn(@Nullable Throwable engines) {
        for (Throwable cause = engines; cause != null; cause = cause.getCause()) {
            StackTraceElement[] from = cause.getStackTrace();
            boolean same = from.length > 0
                    ? Arrays.equals(from, thrown.getStackTrace())
                    : cause.getClass().getName().equals(thrown.getClass().getName());
            if (same && Objects.equals(cause.getMessage(), thrown.getMessage())) {
                return true;
            }
        }
        return false;
    }

    /** Whether something of this class is in it: it, what caused it, or what it suppresses. */
    public boolean isOf(String className) {
        return SqlFailures.isAnyIn(thrown, one -> one.getClass().getName().equals(className));
    }

    /** The element, and then the stack trace. */
    @Override
    public String toString() {
        return call + ": " + Text.stackTrace(thrown);
    }
}
