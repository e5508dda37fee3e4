package dev.reprise.item;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Properties of an artifact in job XML: a job parameter that is not given makes an empty one. */
final class ItemProperties {

    private ItemProperties() {}

    /** The property without blanks around it. */
    static String required(String artifact, String property, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(artifact + " needs the property " + property);
        }
        return value.strip();
    }

    /** {@code true} or {@code false}, which it is if it is not given. */
    static boolean flag(String artifact, String property, @Nullable String value) {
        String flag = value == null ? "" : value.strip();
        if (flag.equals("true") || flag.equals("false") || flag.isEmpty()) {
            return flag.equals("true");
        }
        throw new IllegalArgumentException(
                "property " + property + " of " + artifact + ": expected true or false, found '" + value + "'");
    }

    /** Names separated by commas. */
    static List<String> names(String artifact, String property, @Nullable String value) {
        return Stream.of(required(artifact, property, value).split(",", -1))
                .map(String::strip)
                .toList();
    }
}
