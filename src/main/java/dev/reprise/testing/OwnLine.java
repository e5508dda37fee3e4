package dev.reprise.testing;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The place in somebody's own code that a recorded stack trace comes from. */
final class OwnLine {

    private static final Pattern FRAME =
            Pattern.compile("(?m)^\\s*at (?:[^\\s(]*/)?(([\\w.$]+)\\.[\\w$<>]+\\([^()\\s]+:\\d+\\))");

    private static final Pattern CAUSE = Pattern.compile("(?m)^Caused by: ");

    /** The JDK's, Jakarta's, the engine's and Reprise's. */
    private static final Pattern NOT_OWN = Pattern.compile(
            "(java|javax|jdk|sun|com\\.sun|jakarta|org\\.jberet|dev\\.reprise\\.(internal|testing|item|operate))\\..*");

    private OwnLine() {}

    /**
     * The first line in a class of the project itself, one that a folder of the class path has, of the deepest cause that
     * has such a line; without one, the first line in a class of another library.
     */
    static Optional<String> of(String stackTrace) {
        Optional<String> own = CAUSE.splitAsStream(stackTrace)
                .flatMap(cause -> first(cause, OwnLine::isInAFolder).stream())
                .reduce((outer, deeper) -> deeper);
        return own.or(() -> first(stackTrace, type -> true));
    }

    private static Optional<String> first(String stackTrace, Predicate<String> type) {
        return FRAME.matcher(stackTrace)
                .results()
                .filter(frame -> !NOT_OWN.matcher(frame.group(2)).matches() && type.test(frame.group(2)))
                .map((MatchResult frame) -> frame.group(1))
                .findFirst();
    }

    private static boolean isInAFolder(String type) {
        try {
            CodeSource source = Class.forName(
                            type, false, Thread.currentThread().getContextClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            @Nullable URL place = source == null ? null : source.getLocation();
            return place != null && place.getProtocol().equals("file") && Files.isDirectory(Path.of(place.toURI()));
        } catch (ClassNotFoundException | LinkageError | URISyntaxException e) {
            return false;
        }
    }
}
