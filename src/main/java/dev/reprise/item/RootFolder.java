package dev.reprise.item;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder that paths from outside must not leave, neither by {@code ..}, nor as absolute ones, nor through links: what a
 * job may read or write that is told the file by a parameter. Immutable and thread-safe.
 */
public final class RootFolder {

    private final String folder;

    private RootFolder(String folder) {
        this.folder = folder;
    }

    /**
     * A folder, which need not be there yet.
     *
     * @param folder its path; relative ones begin at the process's current directory. <code>${name}</code> stands for a
     *     system property, <code>${name:otherwise}</code> for the other text where that is not set or empty; they may be
     *     nested
     * @throws IllegalArgumentException if it is empty, or a <code>${</code> is not closed
     */
    public static RootFolder of(String folder) {
        if (folder.isBlank()) {
            throw new IllegalArgumentException("expected a folder, found an empty text");
        }
        expand(folder, false);
        return new RootFolder(folder);
    }

    /**
     * The file or folder that a path names; what is not there yet may be made there. Its folders are real ones, without
     * links.
     *
     * @param path relative to the folder, or an absolute one inside of it
     * @throws IllegalArgumentException if it lies outside, or is no path; the message does not tell what is there
     * @throws IllegalStateException if the folder is named by a system property that is not set
     */
    public Path resolve(String path) {
        Path root = path().toAbsolutePath().normalize();
        Path named;
        try {
            named = root.resolve(path).normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("it is no path: " + e.getReason(), e);
        }
        try {
            Path realRoot = real(root);
            if (named.startsWith(root) || named.startsWith(realRoot)) {
                Path real = real(named);
                if (real.startsWith(realRoot)) {
                    return real;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // A link that leads nowhere, or in a circle.
        }
        throw new IllegalArgumentException("it lies outside of the folder " + folder);
    }

    private Path path() {
        try {
            return Path.of(expand(folder, true));
        } catch (InvalidPathException e) {
            throw new IllegalStateException("the folder " + folder + " is no path: " + e.getReason(), e);
        }
    }

    /** As far as it is there without links; one that leads nowhere is there. */
    private static Path real(Path path) throws IOException {
        Path there = path;
        while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
            there = there.getParent();
        }
        return there.toRealPath().resolve(there.relativize(path)).normalize();
    }

    private static String expand(String text, boolean values) {
        StringBuilder expanded = new StringBuilder();
        int at = 0;
        for (int begin = text.indexOf("${"); begin >= 0; begin = text.indexOf("${", at)) {
            int end = endOf(text, begin);
            expanded.append(text, at, begin).append(value(text.substring(begin + 2, end), values));
            at = end + 1;
        }
        return expanded.append(text.substring(at)).toString();
    }

    private static int endOf(String text, int begin) {
        int depth = 0;
        for (int at = begin; at < text.length(); at++) {
            if (text.startsWith("${", at)) {
                depth++;
            } else if (text.charAt(at) == '}' && --depth == 0) {
                return at;
            }
        }
        throw new IllegalArgumentException("expected a } for each ${ in '" + text + "', found none for one");
    }

    private static String value(String expression, boolean values) {
        int colon = expression.indexOf(':');
        String name = colon < 0 ? expression : expression.substring(0, colon);
        @Nullable String otherwise = colon < 0 ? null : expand(expression.substring(colon + 1), values);
        if (!values) {
            return "";
        }
        String value = System.getProperty(name, "");
        if (!value.isBlank()) {
            return value;
        }
        if (otherwise == null) {
            throw new IllegalStateException("the system property " + name + " is not set, and it names the folder ${"
                    + name + "}: set it, or write what holds otherwise, ${" + name + ":…}");
        }
        return otherwise;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return folder;
    }
}
