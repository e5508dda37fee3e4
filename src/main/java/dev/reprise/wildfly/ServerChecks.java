package dev.reprise.wildfly;

import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.checks.SelfTest.Check;
import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.internal.engine.RecordedPartitions;
import dev.reprise.parameters.ParameterSchema;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.wildfly.security.auth.server.SecurityDomain;

/**
 * What a deployment relies on in WildFly, and in the engine beyond what the repository itself tries. {@link
 * ServerSuspension} and {@link HoldService} say for themselves what they miss.
 */
final class ServerChecks {

    private static final String LOG_MANAGER = "org.jboss.logmanager.";

    private ServerChecks() {}

    static List<Check> all() {
        List<Check> own = List.of(
                SelfTest.essential("the server's security says who asks", () -> caller(SecurityDomain::getCurrent)),
                SelfTest.useful("the server's log can be listened to", ServerChecks::log));
        return Stream.of(own, EngineOperator.CHECKS, RecordedPartitions.CHECKS)
                .flatMap(List::stream)
                .toList();
    }

    /** What can be asked only of a server that is up. */
    static List<Check> onceUp() {
        return List.of(SelfTest.useful(
                "the management model has a batch thread pool",
                () -> pool(ManagementFactory.getPlatformMBeanServer())));
    }

    /**
     * Judges parameters: a library for that which is of another version shows here, and not at the first launch.
     *
     * @param own has the schema of the library's own job
     */
    static void judge(ClassLoader own) {
        String job = "reprise-purge";
        Map<String, String> wrong = Map.of("olderThan", "long ago");
        if (ParameterSchema.find(job, own)
                .map(schema -> schema.resolve(wrong).faults().isEmpty())
                .orElse(true)) {
            throw new IllegalStateException("The schema of " + job
                    + " takes what it should not. Is the library of Reprise" + " whole, and there once?");
        }
    }

    /** Nobody is an answer. */
    static @Nullable String caller(Supplier<@Nullable Object> domain) {
        return SelfTest.found(Optional.ofNullable(domain.get()));
    }

    private static @Nullable String log() throws ReflectiveOperationException {
        Class<?> manager = LogManager.getLogManager().getClass();
        return log(manager.getName(), manager.getClassLoader());
    }

    /** What executions' logs ask of WildFly's log manager; of another they ask nothing. */
    static @Nullable String log(String manager, @Nullable ClassLoader loader) throws ReflectiveOperationException {
        if (!manager.startsWith(LOG_MANAGER)) {
            return null;
        }
        Class<?> context = Class.forName(LOG_MANAGER + "LogContext", false, loader);
        Class<?> formatter = Class.forName(LOG_MANAGER + "formatters.PatternFormatter", false, loader);
        return SelfTest.found(
                context.getMethod("getSystemLogContext"),
                context.getMethod("getLogger", String.class),
                formatter.getConstructor(String.class),
                formatter.getMethod("getPattern"));
    }

    /** A server without JMX says nothing, and nothing is missed then. */
    static @Nullable String pool(MBeanServer server) throws Exception {
        ObjectName subsystem = new ObjectName("jboss.as:subsystem=batch-jberet");
        if (!List.of(server.getDomains()).contains(subsystem.getDomain())) {
            return null;
        }
        Object pool = server.getAttribute(subsystem, "defaultThreadPool");
        Object threads = server.getAttribute(new ObjectName(subsystem + ",thread-pool=" + pool), "maxThreads");
        return threads instanceof Number ? null : "its size is " + threads;
    }
}
