package dev.reprise.internal.doorbell;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.time.Duration;
import java.util.UUID;
import javax.naming.NamingException;
import org.jspecify.annotations.Nullable;

/** A connection to the topic; one thread's. */
final class JmsTopic implements AutoCloseable {

    private static final String APPLICATION = "repriseApplication";

    /** On what a listener says to itself. */
    private static final String LISTENER = "repriseListener";

    /** By the clocks of sender and broker, which differ. */
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(1);

    private final String name;
    private final Topic topic;
    private final String application;
    private final JMSContext context;

    private JmsTopic(String name, Topic topic, String application, JMSContext context) {
        this.name = name;
        this.topic = topic;
        this.application = application;
        this.context = context;
    }

    /** @throws IllegalStateException if a setting names what is not there or something else, with what it should be */
    static JmsTopic connect(Doorbells.Settings settings, Directory directory, String application) {
        ConnectionFactory factory = find(
                directory,
                "reprise.doorbell.factory",
                settings.factory(),
                ConnectionFactory.class,
                "connection factory");
        Topic topic = find(directory, "reprise.doorbell.topic", settings.topic(), Topic.class, "topic");
        return new JmsTopic(settings.topic(), topic, application, factory.createContext(JMSContext.AUTO_ACKNOWLEDGE));
    }

    private static <T> T find(Directory directory, String setting, String name, Class<T> type, String what) {
        Object found;
        try {
            found = directory.find(name);
        } catch (NamingException e) {
            throw new IllegalStateException(
                    setting + " is '" + name + "', and the server has nothing of that name; write the JNDI name of a "
                            + what + " of Jakarta Messaging, as wildfly-config/configure-artemis.cli makes one",
                    e);
        }
        if (!type.isInstance(found)) {
            throw new IllegalStateException(
                    setting + " is '" + name + "', which is no " + what + " of Jakarta Messaging but a "
                            + (found == null ? "null" : found.getClass().getName()));
        }
        return type.cast(found);
    }

    void send(String text) {
        producer().setProperty(APPLICATION, application).send(topic, text);
    }

    private JMSProducer producer() {
        return context.createProducer()
                .setDeliveryMode(DeliveryMode.NON_PERSISTENT)
                .setDisableMessageID(true)
                .setTimeToLive(TIME_TO_LIVE.toMillis());
    }

    /**
     * Hears what is sent, and says something to itself again and again: a connection that is dead need not say so.
     *
     * @throws IllegalStateException if that does not arrive
     */
    void hear(Wire until, Pace pace, Listeners listeners) throws JMSException {
        String self = UUID.randomUUID().toString();
        try (JMSConsumer consumer = context.createConsumer(topic, selector(application, self))) {
            long said = System.nanoTime();
            boolean answered = false;
            boolean works = false;
            say(self);
            while (!until.isClosed()) {
                Message message = consumer.receive(pace.slice().toMillis());
                if (message != null && self.equals(message.getStringProperty(LISTENER))) {
                    answered = true;
                    if (!works) {
                        works = true;
                        until.works();
                        listeners.tell(Bell.WORK);
                    }
                } else if (message instanceof TextMessage text) {
                    tell(listeners, text.getText());
                }
                if (System.nanoTime() - said > pace.patience().toNanos()) {
                    if (!answered) {
                        throw new IllegalStateException("what this node sends to " + name
                                + " does not come back within "
                                + pace.patience().toSeconds() + " s; does the broker work, and do its clock and this"
                                + " server's agree?");
                    }
                    said = System.nanoTime();
                    answered = false;
                    say(self);
                }
            }
        }
    }

    private void say(String self) {
        producer().setProperty(LISTENER, self).send(topic, "");
    }

    private static void tell(Listeners listeners, @Nullable String text) {
        if (text != null) {
            Bell.of(text).ifPresent(listeners::tell);
        }
    }

    private static String selector(String application, String self) {
        return APPLICATION + " = '" + application.replace("'", "''") + "' or " + LISTENER + " = '" + self + "'";
    }

    @Override
    public void close() {
        context.close();
    }
}
