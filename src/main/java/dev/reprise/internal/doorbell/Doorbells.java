package dev.reprise.internal.doorbell;

import dev.reprise.internal.database.Channel;
import dev.reprise.internal.database.Connections;
import dev.reprise.internal.database.Database;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** The doorbells that there are. */
public final class Doorbells {

    /** Which one. */
    public enum Way {
        /** {@link #NOTIFY} where the database has it, else {@link #NONE}. */
        AUTO,
        NONE,
        /** PostgreSQL's LISTEN and NOTIFY. */
        NOTIFY,
        /** A topic of Jakarta Messaging. */
        JMS
    }

    /**
     * Which one, and where.
     *
     * @param factory the JNDI name of the connection factory, for {@link Way#JMS}
     * @param topic the JNDI name of the topic, for {@link Way#JMS}
     */
    public record Settings(Way way, String factory, String topic) {

        /** Both scripts in {@code wildfly-config/} make it: one whose connections have no part in transactions. */
        public static final String FACTORY = "java:/jms/factory/reprise";

        public static final String TOPIC = "java:/jms/topic/reprise";

        /** The server's own names alone: what leads elsewhere could load foreign classes. */
        private static final Pattern NAME = Pattern.compile("java:[^:\\p{Cntrl}\\s]+");

        /** Of a process that has no other nodes. */
        public static final Settings NONE = new Settings(Way.NONE, FACTORY, TOPIC);

        /** @throws IllegalArgumentException if one of the names is not this server's, with what to write */
        public Settings {
            named("reprise.doorbell.factory", factory, FACTORY);
            named("reprise.doorbell.topic", topic, TOPIC);
        }

        /**
         * As people write them.
         *
         * @throws IllegalArgumentException if something cannot be understood, with what to write
         */
        public static Settings of(String way, String factory, String topic) {
            return switch (way) {
                case "auto" -> new Settings(Way.AUTO, factory, topic);
                case "none" -> new Settings(Way.NONE, factory, topic);
                case "notify" -> new Settings(Way.NOTIFY, factory, topic);
                case "jms" -> new Settings(Way.JMS, factory, topic);
                default ->
                    throw new IllegalArgumentException(
                            "reprise.doorbell is '" + way + "'; it can be 'auto', 'none', 'notify' or 'jms'");
            };
        }

        private static void named(String setting, String name, String example) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        setting + " is '" + name + "'; write a JNDI name of this server as " + example);
            }
        }
    }

    private Doorbells() {}

    /**
     * The doorbell of an application. It connects when somebody listens, not here; {@link Way#JMS} when somebody rings, too.
     *
     * @param dataSource gives {@link Way#NOTIFY} the one connection that it keeps while somebody listens
     * @param database where the application's tables are
     * @throws IllegalStateException if the database cannot do what is asked for, with what to write instead
     */
    public static Doorbell of(Settings settings, DataSource dataSource, Database database, String application) {
        boolean notifies = database.dialect().notifies();
        return switch (settings.way()) {
            case NONE -> new NoDoorbell();
            case AUTO -> notifies ? overPostgreSql(dataSource, database, application) : new NoDoorbell();
            case NOTIFY -> {
                if (!notifies) {
                    throw new IllegalStateException("reprise.doorbell is 'notify', which "
                            + database.dialect().product() + " does not have; write 'auto', 'none' or 'jms'");
                }
                yield overPostgreSql(dataSource, database, application);
            }
            case JMS ->
                new JmsDoorbell(
                        settings,
                        Directory.SERVER,
                        database.transaction(),
                        application,
                        new Trouble("jms"),
                        Pace.USUAL);
        };
    }

    private static Doorbell overPostgreSql(DataSource dataSource, Database database, String application) {
        return new NotifyDoorbell(
                Channel.of(database, application),
                new Connections(dataSource),
                database.transaction(),
                application,
                new Trouble("notify"),
                Pace.USUAL);
    }
}
