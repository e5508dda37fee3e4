package dev.reprise.internal.checks;

import dev.reprise.internal.database.Text;
import java.security.CodeSource;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says of a library that is of another version than Reprise was built with where it comes from. */
public final class Misfit {

    /** A class, as the JVM names one in the messages of its errors: with dots or slashes. */
    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z_][\\w-]*[./])+[A-Z][\\w$]*");

    private Misfit() {}

    /** What an error means that says that classes do not fit together; empty if there is none at the bottom of it. */
    public static Optional<String> of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof LinkageError error) {
                return Optional.of(of(error));
            }
        }
        return Optional.empty();
    }

    private static String of(LinkageError error) {
        String message = String.valueOf(error.getMessage());
        return "A library is not the one that Reprise was built with: "
                + Text.line(error.getClass().getSimpleName() + ": " + message)
                + owner(message).map(name -> ". " + name + " " + origin(name)).orElse("")
                + ". Let Maven's dependency tree say which of your dependencies brings another version, or use "
                + SelfTest.SERVERS;
    }

    /** The class whose member is missing stands before its parameters, and one that is missing itself stands alone. */
    private static Optional<String> owner(String message) {
        int parameters = message.indexOf('(');
        Matcher classes = CLASS.matcher(parameters < 0 ? message : message.substring(0, parameters));
        String last = null;
        while (classes.find()) {
            last = classes.group().replace('/', '.');
        }
        return Optional.ofNullable(last);
    }

    private static String origin(String name) {
        try {
            Class<?> type = Class.forName(name, false, Misfit.class.getClassLoader());
            String version = type.getPackage().getImplementationVersion();
            return "is in " + place(type) + (version == null ? "" : ", version " + version);
        } catch (ClassNotFoundException | LinkageError e) {
            return "is nowhere";
        }
    }

    private static String place(Class<?> type) {
        @Nullable CodeSource source = type.getProtectionDomain().getCodeSource();
        String place = source == null || source.getLocation() == null
                ? "the JDK"
                : source.getLocation().getPath().replaceFirst("/+$", "").replaceFirst("!$", "");
        return place.substring(place.lastIndexOf('/') + 1);
    }
}
