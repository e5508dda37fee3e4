package dev.reprise.wildfly;

import dev.reprise.internal.database.Schema;
import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.job.PartitionPlace;
import dev.reprise.job.TimeSpan;
import dev.reprise.monitor.ConsolePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.ObjectInputFilter;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
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

    /** Less would hold no stack trace, and more would fill a disk. */
    private static final long SMALLEST_LOG = 64 << 10;

    private static final long LARGEST_LOG = 1L << 30;

    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    /** As the tables have it. */
    private static final int LONGEST_APPLICATION = 100;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmg]?)");

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
                schema(value(file, systemProperty, "schema", "")),
                share(value(file, systemProperty, "share", "")),
                isSecond("reprise.applications", "own", "all", value(file, systemProperty, "applications", "all")),
                isSecond(
                        "reprise.identity",
                        "parameters",
                        "none",
                        value(file, systemProperty, "identity", "parameters")),
                value(file, systemProperty, "node", defaultNode(systemProperty)),
                duration("heartbeat", value(file, systemProperty, "heartbeat", "5s")),
                duration("lease", value(file, systemProperty, "lease", "30s")),
                duration("outage", value(file, systemProperty, "outage", "60s")),
                duration("stop-timeout", value(file, systemProperty, "stop-timeout", "60s")),
                duration("progress", value(file, systemProperty, "progress", "5s")),
                logLimit(value(file, systemProperty, "log-limit", "10m")),
                value(file, systemProperty, "serial-filter", ""),
                number(
                        "executions-listed",
                        value(file, systemProperty, "executions-listed", String.valueOf(ExecutionLists.LISTED)),
                        1,
                        10_000),
                archive(value(file, systemProperty, "archive", "")),
                ConsolePath.of(value(file, systemProperty, "console", "/reprise"))
                        .orElse(null),
                DailyPurge.of(
                        value(file, systemProperty, "purge-at", ""),
                        value(file, systemProperty, "purge-older-than", "90d"),
                        number("purge-keep", value(file, systemProperty, "purge-keep", "100"), 1, 1_000_000)),
                Doorbells.Settings.of(
                        value(file, systemProperty, "doorbell", "auto"),
                        value(file, systemProperty, "doorbell.factory", Doorbells.Settings.FACTORY),
                        value(file, systemProperty, "doorbell.topic", Doorbells.Settings.TOPIC)),
                new Capacity(
                        number(
                                "partition-slots",
                                value(
                                        file,
                                        systemProperty,
                                        "partition-slots",
                                        String.valueOf(Capacity.OF_THIS_MACHINE.partitions())),
                                0,
                                1000),
                        groups(value(file, systemProperty, "groups", ""))),
                !isSecond(FIRST_USERS + " in " + FILE, "true", "false", file.getProperty(FIRST_USERS, "false")));
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

    private static @Nullable String schema(String value) {
        if (!value.isEmpty() && !Schema.isName(value)) {
            throw new IllegalArgumentException("reprise.schema is '" + value
                    + "'; write a name of letters, digits and underlines, as batch, or nothing for the schema of the data"
                    + " source");
        }
        return value.isEmpty() ? null : value;
    }

    private static Set<String> share(String value) {
        return names(
                value,
                name -> !name.isEmpty() && name.length() <= LONGEST_APPLICATION,
                "reprise.share is '" + value
                        + "'; write the names of applications' job repositories, as shop-blue, shop-green");
    }

    private static Set<String> groups(String value) {
        return names(
                value,
                PartitionPlace::isGroup,
                "reprise.groups is '" + value
                        + "'; write names of up to 50 letters, digits, dots, dashes and underlines,"
                        + " as large, near-the-files");
    }

    private static Set<String> names(String value, Predicate<String> isName, String fault) {
        Set<String> names = new TreeSet<>();
        for (String name : value.isBlank() ? new String[0] : COMMA.split(value.strip(), -1)) {
            if (!isName.test(name)) {
                throw new IllegalArgumentException(fault);
            }
            names.add(name);
        }
        return names;
    }

    private static int number(String key, String value, int least, int most) {
        int number = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    "reprise." + key + " is '" + value + "'; write a number from " + least + " to " + most);
        }
        return number;
    }

    private static @Nullable Path archive(String value) {
        if (value.isEmpty()) {
            return null;
        }
        try {
            Path folder = Path.of(value);
            if (folder.isAbsolute()) {
                return folder;
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("reprise.archive is no path: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                "reprise.archive is '" + value + "'; write the whole path of a folder, as /var/lib/reprise/archive");
    }

    private static String value(
            Properties file, UnaryOperator<@Nullable String> systemProperty, String key, String otherwise) {
        String overriding = systemProperty.apply(PREFIX + key);
        return overriding != null ? overriding : file.getProperty(key, otherwise);
    }

    private static boolean isSecond(String setting, String first, String second, String value) {
        if (!value.equals(first) && !value.equals(second)) {
            throw new IllegalArgumentException(
                    setting + " is '" + value + "'; it can be '" + first + "' or '" + second + "'");
        }
        return value.equals(second);
    }

    private static Duration duration(String key, String value) {
        return TimeSpan.of(value)
                .filter(time -> !time.isZero())
                .orElseThrow(() -> new IllegalArgumentException(
                        "reprise." + key + " is '" + value + "'; write a time above zero as 500ms, 5s or 2m"));
    }

    private static long logLimit(String value) {
        Matcher size = SIZE.matcher(value);
        long bytes = -1;
        if (size.matches()) {
            int unit = switch (size.group(2)) {
                case "k" -> 10;
                case "m" -> 20;
                case "g" -> 30;
                default -> 0;
            };
            bytes = Long.parseLong(size.group(1)) << unit;
        }
        if (bytes != 0 && (bytes < SMALLEST_LOG || bytes > LARGEST_LOG)) {
            throw new IllegalArgumentException("reprise.log-limit is '" + value
                    + "'; write a size from 64k to 1g, as 512k or 10m, or 0 for no logs of executions");
        }
        return bytes;
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
