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

/** Passwords' hashes and the key of secret parameters, which the server makes, are its own account's to read. */
final class PrivateFiles {

    private static final Logger LOG = System.getLogger(PrivateFiles.class.getName());

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    private PrivateFiles() {}

    /** The files that {@code wildfly-config/security.cli} names, as far as they are there. */
    static void tighten() {
        Path data = Path.of(System.getProperty(
                "reprise.data",
                Path.of(System.getProperty("user.home"), ".reprise").toString()));
        only(FOLDER, data.resolve("users"));
        only(FILE, data.resolve("reprise-key.cs"));
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
