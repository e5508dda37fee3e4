package dev.reprise.monitor;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where in an application the console is, with the REST API and all else that is reached over HTTP: what {@code console} in
 * {@code META-INF/reprise.properties} says.
 *
 * @param path what stands between the application's context path and {@code /api}: {@code /reprise}, or nothing where all of
 *     the application is the console's
 */
public record ConsolePath(String path) {

    private static final Pattern FORM = Pattern.compile("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,10}");

    /**
     * What a setting says.
     *
     * @return empty if there is to be no console
     * @throws IllegalArgumentException if it is no path, with what to write
     */
    public static Optional<ConsolePath> of(String setting) {
        if (setting.isEmpty()) {
            return Optional.empty();
        }
        if (!setting.equals("/") && !FORM.matcher(setting).matches()) {
            throw new IllegalArgumentException("reprise.console is '" + setting
                    + "'; write a path as /reprise (letters, digits, and ._~- within), / if all of the application is"
                    + " the console's, or nothing for no console");
        }
        return Optional.of(new ConsolePath(setting.equals("/") ? "" : setting));
    }
}
