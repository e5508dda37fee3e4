package dev.reprise.wildfly;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;

/**
 * What lies in the folder {@code reprise.data} is the server's own account's to read: the H2 database and its password,
 * hashes of passwords, the key of secret parameters, reports. Log files are nobody's to read but its account's and group's.
 * Where {@code wildfly-config/} configured the server, the service tightens what others have made.
 */
final class PrivateFiles implements Service {

    private static final Logger LOG = System.getLogger(PrivateFiles.class.getName());

    private static final Set<PosixFilePermission> FOLDER = permissions("rwx------");
    private static final Set<PosixFilePermission> FILE = permissions("rw-------");
    private static final Set<PosixFilePermission> ANYBODY = permissions("------rwx");

    /** What Reprise, its server and its sample write there. */
    private static final Pattern OURS = Pattern.compile("reprise(-key)?\\..+|h2\\.properties(\\.tmp)?|users|reports");

    private static Set<PosixFilePermission> permissions(String text) {
        return Set.copyOf(PosixFilePermissions.fromString(text));
    }

    @Override
    public void start(StartContext context) {
        tighten(data());
        String logs = System.getProperty("jboss.server.log.dir", "");
        if (!logs.isEmpty()) {
            hide(Path.of(logs));
        }
    }

    @Override
    public void stop(StopContext context) {
        // It stays as it is.
    }

    static void users() {
        only(data().resolve("users"));
    }

    /** A folder that holds other things too may be meant to be read: there it is what is ours. */
    static void tighten(Path data) {
        List<Path> all = listed(data);
        List<Path> ours = all.stream()
                .filter(path -> OURS.matcher(String.valueOf(path.getFileName())).matches())
                .toList();
        if (!ours.isEmpty() && ours.size() == all.size()) {
            only(data);
        }
        ours.forEach(PrivateFiles::only);
    }

    /** From all but the account and its group, whose programs may collect logs. */
    static void hide(Path folder) {
        listed(folder).forEach(PrivateFiles::hideOne);
        hideOne(folder);
    }

    private static Path data() {
        String otherwise = Path.of(System.getProperty("user.home"), ".reprise").toString();
        return Path.of(System.getProperty("reprise.data", otherwise));
    }

    private static List<Path> listed(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            warn(folder, e);
            return List.of();
        }
    }

    private static void only(Path path) {
        set(path, Set.of(PosixFilePermission.values()), Files.isDirectory(path) ? FOLDER : FILE);
    }

    private static void hideOne(Path path) {
        set(path, ANYBODY, Set.of());
    }

    private static void set(Path path, Set<PosixFilePermission> taken, Set<PosixFilePermission> given) {
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null || !Files.exists(path) || Files.isSymbolicLink(path)) {
            return;
        }
        try {
            Set<PosixFilePermission> before = view.readAttributes().permissions();
            Set<PosixFilePermission> after = EnumSet.copyOf(before);
            after.removeAll(taken);
            after.addAll(given);
            if (!after.equals(before)) {
                view.setPermissions(after);
            }
        } catch (IOException e) {
            warn(path, e);
        }
    }

    private static void warn(Path path, IOException e) {
        LOG.log(Level.WARNING, "Others than the server may be able to read " + path + ": " + e.getMessage());
    }
}
