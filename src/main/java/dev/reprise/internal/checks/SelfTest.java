package dev.reprise.internal.checks;

import dev.reprise.internal.database.Text;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jberet.operations.AbstractJobOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether the engine and the server are as this code takes them to be. Much of it is no interface of theirs, and none of it
 * would be missed before a job runs wrong; so it is tried when a repository opens.
 */
public final class SelfTest {

    private static final Logger LOG = System.getLogger(SelfTest.class.getName());

    /** The versions of JBeret that all of this was tried with. */
    private static final String KNOWN = "3.1.";

    /** The servers that all of this was tried with. */
    public static final String SERVERS = "WildFly 35 to 39 (docs/servers.md)";

    private SelfTest() {}

    /** Tries one thing. */
    @FunctionalInterface
    public interface Probe {

        /**
         * What is other than expected, without a full stop; null if nothing is.
         *
         * @throws Exception which is a fault as well
         */
        @Nullable
        String fault() throws Exception;
    }

    /**
     * Something that is relied on.
     *
     * @param what as a message names it
     * @param essential whether jobs would run wrong without it, so that none may
     */
    public record Check(String what, boolean essential, Probe probe) {

        /** The line that says what does not fit, if something does not. */
        public Optional<String> line() {
            String fault;
            try {
                fault = probe.fault();
            } catch (Exception | LinkageError e) {
                fault = String.valueOf(e);
            }
            return Optional.ofNullable(fault).map(found -> Text.line(what + ": " + found));
        }
    }

    /** No fault: whatever was looked up to be given to this is there, or else that has thrown. */
    public static @Nullable String found(Object... lookedUp) {
        return lookedUp.length == 0 ? "nothing was looked for" : null;
    }

    /** Without which jobs would run wrong. */
    public static Check essential(String what, Probe probe) {
        return new Check(what, true, probe);
    }

    /** Without which something is missing that jobs do without. */
    public static Check useful(String what, Probe probe) {
        return new Check(what, false, probe);
    }

    /**
     * Makes all checks, and logs a line for each that does not hold.
     *
     * @throws IllegalStateException if an essential one is among these: with its line
     */
    public static void run(List<Check> checks) {
        run(checks, engine(), line -> LOG.log(Level.WARNING, line));
    }

    private static @Nullable String engine() {
        return AbstractJobOperator.class.getPackage().getImplementationVersion();
    }

    /**
     * Makes checks for a version of the engine.
     *
     * @param engine the version of JBeret; null if that is not known
     * @param warn gets the lines of what is not essential
     */
    public static void run(List<Check> checks, @Nullable String engine, Consumer<String> warn) {
        List<String> broken = new ArrayList<>();
        for (Check check : checks) {
            check.line().ifPresent(line -> {
                if (check.essential()) {
                    broken.add(line);
                } else {
                    warn.accept("JBeret " + engine + " or this server is not as Reprise knows it: " + line);
                }
            });
        }
        if (!broken.isEmpty()) {
            throw new IllegalStateException("JBeret " + engine + " or this server is not as Reprise knows it: "
                    + String.join("; ", broken) + ". Use " + SERVERS + ".");
        }
    }

    /** Says so if the engine is of a version that nobody has tried. */
    public static void warnOfUnknownEngine() {
        strangeVersion(engine()).ifPresent(line -> LOG.log(Level.WARNING, line));
    }

    public static Optional<String> strangeVersion(@Nullable String engine) {
        return engine != null && engine.startsWith(KNOWN)
                ? Optional.empty()
                : Optional.of("Reprise was tried with JBeret " + KNOWN + "x, and this is "
                        + (engine == null ? "of no known version" : engine)
                        + ": its self-test has found nothing that would do harm, but nobody has run it whole");
    }
}
