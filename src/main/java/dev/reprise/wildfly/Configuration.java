package dev.reprise.wildfly;

import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.monitor.ConsolePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.ObjectInputFilter;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a deployment: {@code META-INF/reprise.properties} in the WAR, each key of it but {@code first-users}
 * overridden by the server's system property {@code reprise.<key>}.
 *
 * @param dataSource name of the WildFly data source ({@code data-source}, default {@code reprise})
 * @param schema that the tables are in, created if it is not there ({@code schema}); null: that of the data source
 * @param share the applications whose instances this one may run, too ({@code share}, separated by commas; default none)
 * @param others whether consoles show other applications of the database, and theirs this one ({@code applications})
 * @param identityNone whether each start is a new instance ({@code identity=none})
 * @param node this node's name within the application ({@code node}, default the host's name, with the port offset)
 * @param heartbeat the interval of this node's reports ({@code heartbeat}, default {@code 5s})
 * @param lease after which silence a node is dead ({@code lease}, default {@code 30s}, at least three heartbeats)
 * @param outage for how long the bookkeeping of what runs waits for a database that is away ({@code outage}, default
 *     {@code 60s})
 * @param stopTimeout how long what runs may take to end when the server stops ({@code stop-timeout}, default {@code 60s})
 * @param progress the interval of progress lines ({@code progress}, default {@code 5s})
 * @param logLimit how many bytes of an execution's log are kept ({@code log-limit}, default {@code 10m}; 0: it has none)
 * @param serialFilter what may be deserialised beside the application's own classes ({@code serial-filter})
 * @param executionsListed how many executions of a job the admin CLI lists ({@code executions-listed}, default 100)
 * @param archive the folder that keeps what is purged ({@code archive}); null: none does
 * @param console where the console is ({@code console}, default {@code /reprise}); null: nowhere
 * @param purge what is purged every day ({@code purge-at}, {@code purge-older-than}, {@code purge-keep}); null: nothing
 * @param doorbell how nodes tell each other at once that there is something to do ({@code doorbell}, default {@code auto};
 *     {@code doorbell.factory} and {@code doorbell.topic}, the JNDI names for {@code jms})
 * @param capacity which partitions this node runs, also of other nodes' executions ({@code partition-slots}, default: as many
 *     at a time as there are processors; {@code groups}, default none)
 * @param firstUsers whether users are made in the WAR's realm if it has none ({@code first-users}, default {@code false})
 */
record Configuration(
        String dataSource,
        @Nullable String schema,
        Set<String> share,
        boolean others,
        boolean identityNone,
        String node,
        Duration heartbeat,
        Duration lease,
        Duration outage,
        Duration stopTimeout,
        Duration progress,
        long logLimit,
        String serialFilter,
        int executionsListed,
        @Nullable Path archive,
        @Nullable ConsolePath console,
        @Nullable DailyPurge purge,
        Doorbells.Settings doorbell,
        Capacity capacity,
        boolean firstUsers) {

    static final String FILE = "META-INF/reprise.properties";

    private static final String PREFIX = "reprise.";

    /** Properties of the server that are no settings of a deployment. */
    private static final Pattern OTHERS = Pattern.compile(
            "reprise\\.(data|threads|connections|proxy|socket-timeout|samples|input|reports|h2\\.password|launch(\\..*)?)");

    private static final Set<String> KEYS = Set.of(
            "data-source",
            "schema",
            "share",
            "applications",
            "identity",
            "node",
            "heartbeat",
            "lease",
            "outage",
            "stop-timeout",
            "progress",
            "log-limit",
            "serial-filter",
            "executions-listed",
            "archive",
            "console",
            "purge-at",
            "purge-older-than",
            "purge-keep",
            "doorbell",
            "doorbell.factory",
            "doorbell.topic",
            "partition-slots",
            "groups");

    /** Of the file alone: whose users a realm has is a matter of one application, not of the server. */
    private static final String FIRST_USERS = "first-users";

    Configuration {
        if (lease.compareTo(heartbeat.multipliedBy(3)) < 0) {
            throw new IllegalArgumentException("reprise.lease (" + lease.toMillis()
                    + " ms) must be at least three times"
                    + " reprise.heartbeat (" + heartbeat.toMillis() + " ms), or a node that misses one report is taken"
                    + " for dead");
        }
        if (node.isEmpty() || node.length() > 250 || node.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "reprise.node must have 1 to 250 characters, and no control characters: '" + node + "'");
        }
        if (dataSource.isBlank()) {
            throw new IllegalArgumentException(
                    "reprise.data-source is '" + dataSource + "'; write the name of a data source of this server");
        }
        try {
            ObjectInputFilter.Config.createFilter(serialFilter);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "reprise.serial-filter is '" + serialFilter
                            + "'; write classes as org.example.Position;org.example.more.*: " + e.getMessage(),
                    e);
        }
    }

    /**
     * @param loader finds the file
     * @throws IllegalArgumentException if something in it cannot be understood, with what to write
     */
    static Configuration read(ClassLoader loader) {
        Properties file = new Properties();
        try (InputStream in = open(loader)) {
            if (in != null) {
                Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
                file.load(text);
            }
        } catch (IOException | IllegalArgumentException e) { // the latter of a backslash that escapes nothing
            throw new IllegalArgumentException(FILE + " cannot be read: " + e.getMessage(), e);
        }
        return of(file, System::getProperty);
    }

    private static @Nullable InputStream open(ClassLoader loader) {
        InputStream in = loader.getResourceAsStream(FILE);
        CodeSource source = Configuration.class.getProtectionDomain().getCodeSource();
        return in != null || !(loader == Configuration.class.getClassLoader()) || source == null
                ? in
                : DeploymentDescriptor.find(source, FILE).orElse(null);
    }

    static Configuration of(Properties file, UnaryOperator<@Nullable String> systemProperty) {
        for (String key : file.stringPropertyNames()) {
            if (!KEYS.contains(key) && !key.equals(FIRST_USERS)) {
                throw new IllegalArgumentException(
                        FILE + " has an unknown key '" + key + "'; there are " + new TreeSet<>(KEYS));
            }
        }
        return new Configuration(
                value(file, systemProperty, "data-source", "reprise"),
                SettingValues.schema(value(file, systemProperty, "schema", "")),
                SettingValues.share(value(file, systemProperty, "share", "")),
                SettingValues.isSecond(
                        "reprise.applications", "own", "all", value(file, systemProperty, "applications", "all")),
                SettingValues.isSecond(
                        "reprise.identity",
                        "parameters",
                        "none",
                        value(file, systemProperty, "identity", "parameters")),
                value(file, systemProperty, "node", defaultNode(systemProperty)),
                SettingValues.duration("heartbeat", value(file, systemProperty, "heartbeat", "5s")),
                SettingValues.duration("lease", value(file, systemProperty, "lease", "30s")),
                SettingValues.duration("outage", value(file, systemProperty, "outage", "60s")),
                SettingValues.duration("stop-timeout", value(file, systemProperty, "stop-timeout", "60s")),
                SettingValues.duration("progress", value(file, systemProperty, "progress", "5s")),
                SettingValues.logLimit(value(file, systemProperty, "log-limit", "10m")),
                value(file, systemProperty, "serial-filter", ""),
                SettingValues.number(
                        "executions-listed",
                        value(file, systemProperty, "executions-listed", String.valueOf(ExecutionLists.LISTED)),
                        1,
                        10_000),
                SettingValues.archive(value(file, systemProperty, "archive", "")),
                ConsolePath.of(value(file, systemProperty, "console", "/reprise"))
                        .orElse(null),
                DailyPurge.of(
                        value(file, systemProperty, "purge-at", ""),
                        value(file, systemProperty, "purge-older-than", "90d"),
                        SettingValues.number(
                                "purge-keep", value(file, systemProperty, "purge-keep", "100"), 1, 1_000_000)),
                Doorbells.Settings.of(
                        value(file, systemProperty, "doorbell", "auto"),
                        value(file, systemProperty, "doorbell.factory", Doorbells.Settings.FACTORY),
                        value(file, systemProperty, "doorbell.topic", Doorbells.Settings.TOPIC)),
                new Capacity(
                        SettingValues.number(
                                "partition-slots",
                                value(
                                        file,
                                        systemProperty,
                                        "partition-slots",
                                        String.valueOf(Capacity.OF_THIS_MACHINE.partitions())),
                                0,
                                1000),
                        SettingValues.groups(value(file, systemProperty, "groups", ""))),
                !SettingValues.isSecond(
                        FIRST_USERS + " in " + FILE, "true", "false", file.getProperty(FIRST_USERS, "false")));
    }

    /**
     * The system properties that look like settings and are none: most likely one is misspelt.
     *
     * @param systemProperties the names of all
     */
    static SortedSet<String> strangers(Set<String> systemProperties) {
        return systemProperties.stream()
                .filter(name -> name.startsWith(PREFIX))
                .filter(name -> !KEYS.contains(name.substring(PREFIX.length())))
                .filter(name -> !OTHERS.matcher(name).matches())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String value(
            Properties file, UnaryOperator<@Nullable String> systemProperty, String key, String otherwise) {
        String overriding = systemProperty.apply(PREFIX + key);
        return overriding != null ? overriding : file.getProperty(key, otherwise);
    }

    private static String defaultNode(UnaryOperator<@Nullable String> systemProperty) {
        String name = systemProperty.apply("jboss.node.name");
        if (name == null || name.isEmpty()) {
            try {
                name = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                name = "localhost";
            }
        }
        String offset = systemProperty.apply("jboss.socket.binding.port-offset");
        return offset == null || offset.isEmpty() || offset.equals("0") ? name : name + "+" + offset;
    }
}
