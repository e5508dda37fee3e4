package dev.reprise.internal.doorbell;

import dev.reprise.internal.database.ThreadTransaction;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Rings on a topic of Jakarta Messaging, behind the commit. Two threads of its own speak to the broker, one for each
 * direction, and nobody waits for them: a broker that is away freezes whoever does. The classes of Jakarta Messaging are
 * {@link JmsTopic}'s, which is loaded by those threads.
 */
final class JmsDoorbell implements Doorbell {

    private static final Logger LOG = System.getLogger(Doorbell.class.getName());

    /** A step's partitions that end while a broker is away for long, of not too many steps. */
    static final int MOST = 256;

    private final Doorbells.Settings settings;
    private final Directory directory;
    private final ThreadTransaction transaction;
    private final String application;
    private final Pace pace;
    private final Listeners listeners = new Listeners();
    private final PendingBells pending = new PendingBells(MOST);

    /** How many times the listener's connection has broken: the sender's may have, too, without a word. */
    private final AtomicInteger breaks = new AtomicInteger();

    private final Wire sending;
    private final Wire hearing;

    JmsDoorbell(
            Doorbells.Settings settings,
            Directory directory,
            ThreadTransaction transaction,
            String application,
            Trouble trouble,
            Pace pace) {
        this.settings = settings;
        this.directory = directory;
        this.transaction = transaction;
        this.application = application;
        this.pace = pace;
        this.sending = new Wire("reprise-doorbell-sender-" + application, trouble, pace, this::send);
        this.hearing = new Wire("reprise-doorbell-" + application, trouble, pace, this::hear);
    }

    @Override
    public void ring(Handle handle, Bell bell) {
        OwnTransaction.required(transaction);
        if (handle.isInTransaction()) {
            handle.afterCommit(() -> ring(bell));
        } else {
            ring(bell);
        }
    }

    private void ring(Bell bell) {
        if (!pending.add(bell)) {
            LOG.log(Level.DEBUG, "{0} does not ring: too much waits for the broker", bell.text());
        }
        sending.begin();
    }

    @Override
    public void listen(Consumer<Bell> rung) {
        listeners.add(rung);
        hearing.begin();
    }

    private void send(Wire until) throws Exception {
        int before = breaks.get();
        try (JmsTopic topic = topic()) {
            while (!until.isClosed() && breaks.get() == before) {
                Bell bell = pending.take(pace.slice()).orElse(null);
                if (bell != null) {
                    send(topic, bell);
                }
                until.works();
            }
        }
    }

    private void send(JmsTopic topic, Bell bell) {
        try {
            topic.send(bell.text());
        } catch (RuntimeException | Error e) {
            pending.add(bell);
            throw e;
        }
    }

    private void hear(Wire until) throws Exception {
        try (JmsTopic topic = topic()) {
            topic.hear(until, pace, listeners);
        } finally {
            breaks.incrementAndGet();
        }
    }

    private JmsTopic topic() throws Exception {
        try {
            return JmsTopic.connect(settings, directory, application);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    "reprise.doorbell is 'jms', and the application finds no Jakarta Messaging on this server, which needs the"
                            + " subsystem messaging-activemq: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        sending.close();
        hearing.close();
    }
}
