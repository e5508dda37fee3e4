package dev.reprise.wildfly;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.msc.service.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server is suspended, as its own registry of suspendable activities says. Thread-safe.
 *
 * <p>The classes of that registry are the server's own, which a deployment does not see: they are used by reflection. A
 * server that has others is taken for one that never suspends, and a warning says what is missing.
 */
final class ServerSuspension implements AutoCloseable {

    /** The service whose value {@link #register} wants. */
    static final ServiceName CONTROLLER = ServiceName.parse("org.wildfly.server.suspend-controller");

    private static final Logger LOG = System.getLogger(ServerSuspension.class.getName());

    private static final String PACKAGE = "org.jboss.as.server.suspend.";

    /** Hears of it on a thread of the server, with the context class loader of the deployment. */
    interface Listener {

        /**
         * The server begins to suspend, or to shut down gracefully; not called for a suspension that it was in at
         * registration. Until the stage ends, however it ends, nothing else on the server is suspended: WildFly has stopped
         * no job, and partitions and flows still get their threads. The server's timeout ends its patience, not the stage,
         * and without one it waits for ever. A resumption cancels the wait and leaves the stage alone.
         */
        CompletionStage<Void> suspending();

        /** The server runs again, or its boot is complete; all else has resumed before. */
        void resumed();
    }

    private final Listener listener;
    private final AtomicBoolean suspended = new AtomicBoolean();
    private @Nullable Method unregister;
    private @Nullable Object controller;
    private @Nullable Object activity;

    private ServerSuspension(Listener listener) {
        this.listener = listener;
    }

    /**
     * Listens to the server from now on. A server that boots counts as suspended until it is up.
     *
     * @param controller the value of {@link #CONTROLLER}
     */
    static ServerSuspension register(Object controller, Listener listener) {
        ServerSuspension suspension = new ServerSuspension(listener);
        try {
            suspension.registerWith(controller);
        } catch (InvocationTargetException e) {
            suspension.missing(controller, e.getCause());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            suspension.missing(controller, e);
        }
        return suspension;
    }

    private void missing(Object controller, @Nullable Throwable what) {
        suspended.set(false);
        LOG.log(
                Level.WARNING,
                "The suspension of this server will not be noticed: its "
                        + controller.getClass().getName()
                        + " is not the registry of activities that is known from WildFly 39 (" + what + ")",
                what);
    }

    private void registerWith(Object registry) throws ReflectiveOperationException {
        ClassLoader server = registry.getClass().getClassLoader();
        Class<?> activities = type("SuspendableActivity", server);
        Class<?> registries = type("SuspendableActivityRegistry", server);
        Class<?> priorities = type("SuspendableActivityRegistry$SuspendPriority", server);
        Method isStarting = type("ServerResumeContext", server).getMethod("isStarting");
        activities.getMethod("suspend", type("ServerSuspendContext", server));
        activities.getMethod("resume", type("ServerResumeContext", server));
        for (Method method : activities.getMethods()) {
            if (!method.getReturnType().isAssignableFrom(CompletableFuture.class)) {
                throw new NoSuchMethodException(method + " returning a CompletionStage");
            }
        }
        Method register = registries.getMethod("registerActivity", activities, priorities);
        Method removal = registries.getMethod("unregisterActivity", activities);
        Object first = priorities.getField("FIRST").get(null);
        Object proxy = Proxy.newProxyInstance(
                server, new Class<?>[] {activities}, (self, method, arguments) -> switch (method.getName()) {
                    case "suspend" -> suspend((boolean) isStarting.invoke(arguments[0]));
                    case "resume" -> resume();
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> ServerSuspension.class.getName();
                    default -> CompletableFuture.completedFuture(null);
                });
        register.invoke(registry, proxy, first);
        this.unregister = removal;
        this.controller = registry;
        this.activity = proxy;
    }

    private static Class<?> type(String name, ClassLoader server) throws ClassNotFoundException {
        return Class.forName(PACKAGE + name, false, server);
    }

    /** Whether the server is suspended or about to be. */
    boolean isSuspended() {
        return suspended.get();
    }

    /**
     * Who ends the stage, perhaps the thread of a job, must not be made to go on with the server's suspension, let alone
     * with its shutdown: a thread of its own does.
     */
    private CompletableFuture<@Nullable Void> suspend(boolean starting) {
        if (suspended.getAndSet(true) || starting) {
            return CompletableFuture.completedFuture(null);
        }
        ClassLoader server = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(ServerSuspension.class.getClassLoader());
        try {
            return listener.suspending()
                    .toCompletableFuture()
                    .handleAsync((done, failure) -> over(failure), command -> goOn(command, server));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedFuture(over(e));
        } finally {
            Thread.currentThread().setContextClassLoader(server);
        }
    }

    private static @Nullable Void over(@Nullable Throwable failure) {
        if (failure != null) {
            LOG.log(Level.WARNING, "The server's suspension goes on without waiting for running jobs", failure);
        }
        return null;
    }

    private static void goOn(Runnable suspension, ClassLoader server) {
        Thread thread = new Thread(suspension, "reprise-suspension");
        thread.setContextClassLoader(server);
        thread.start();
    }

    private CompletableFuture<@Nullable Void> resume() {
        if (suspended.getAndSet(false)) {
            ClassLoader server = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(ServerSuspension.class.getClassLoader());
            try {
                listener.resumed();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "After the server's resumption", e);
            } finally {
                Thread.currentThread().setContextClassLoader(server);
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Listens no longer; what was heard last stays. */
    @Override
    public void close() {
        Method removal = unregister;
        if (removal == null) {
            return;
        }
        try {
            removal.invoke(controller, activity);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(Level.DEBUG, "Could not unregister", e);
        }
    }
}
