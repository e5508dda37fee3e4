package dev.reprise.wildfly;

import dev.reprise.internal.database.Schema;
import dev.reprise.job.PartitionPlace;
import dev.reprise.job.TimeSpan;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The values of settings, as they are written: what they mean, and what to write instead of what makes no sense. */
final class SettingValues {

    /** Less would hold no stack trace, and more would fill a disk. */
    private static final long SMALLEST_LOG = 64 << 10;

    private static final long LARGEST_LOG = 1L << 30;

    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    /** As the tables have it. */
    private static final int LONGEST_APPLICATION = 100;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmg]?)");

    private SettingValues() {}

    static @Nullable String schema(String value) {
        if (!value.isEmpty() && !Schema.isName(value)) {
            throw new IllegalArgumentException("reprise.schema is '" + value
                    + "'; write a name of letters, digits and underlines, as batch, or nothing for the schema of the data"
                    + " source");
        }
        return value.isEmpty() ? null : value;
    }

    static Set<String> share(String value) {
        return names(
                value,
                name -> !name.isEmpty() && name.length() <= LONGEST_APPLICATION,
                "reprise.share is '" + value
                        + "'; write the names of applications' job repositories, as shop-blue, shop-green");
    }

    static Set<String> groups(String value) {
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

    static int number(String key, String value, int least, int most) {
        int number = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    "reprise." + key + " is '" + value + "'; write a number from " + least + " to " + most);
        }
        return number;
    }

    static @Nullable Path archive(String value) {
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

    static boolean isSecond(String setting, String first, String second, String value) {
        if (!value.equals(first) && !value.equals(second)) {
            throw new IllegalArgumentException(
                    setting + " is '" + value + "'; it can be '" + first + "' or '" + second + "'");
        }
        return value.equals(second);
    }

    static Duration duration(String key, String value) {
        return TimeSpan.of(value)
                .filter(time -> !time.isZero())
                .orElseThrow(() -> new IllegalArgumentException(
                        "reprise." + key + " is '" + value + "'; write a time above zero as 500ms, 5s or 2m"));
    }

    static long logLimit(String value) {
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
}
