package dev.reprise.wildfly;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;

/**
 * Hashes of passwords and the key of secret parameters, which the server makes where {@code wildfly-config/security.cli}
 * says, are its own account's to read. The service tightens the key, once the server has it.
 */
final class PrivateFiles implements Service {

    private static final Logger LOG = System.getLogger(PrivateFiles.class.getName());

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    @Override
    public void start(StartContext context) {
        only(FILE, data().resolve("reprise-key.cs"));
    }

    @Override
    public void stop(StopContext context) {
        // It stays as it is.
    }

    static void users() {
        only(FOLDER, data().resolve("users"));
    }

    private static Path data() {
        String otherwise = Path.of(System.getProperty("user.home"), ".reprise").toString();
        return Path.of(System.getProperty("reprise.data", otherwise));
    }

    private static void only(Set<PosixFilePermission> mode, Path path) {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null || !Files.exists(path)) {
            return;
        }
        try {
            if (!view.readAttributes().permissions().equals(mode)) {
                view.setPermissions(mode);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Others than the server may be able to read " + path + ": " + e.getMessage());
        }
    }
}
