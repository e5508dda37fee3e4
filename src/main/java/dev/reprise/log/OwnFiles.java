package dev.reprise.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Files and folders that nobody but the server's account may read, from the moment they are there. */
public final class OwnFiles {

    private static final String FOLDER = "rwx------";
    private static final String FILE = "rw-------";

    private OwnFiles() {}

    /** Makes a folder, and those above it that are missing. One that is there stays as it is. */
    public static void createFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, only(folder, FOLDER));
        }
    }

    /** Makes an empty file. */
    public static void createFile(Path file) throws IOException {
        Files.createFile(file, only(file, FILE));
    }

    /** For who makes a file by itself. */
    public static FileAttribute<?>[] attributes(Path file) {
        return only(file, FILE);
    }

    private static FileAttribute<?>[] only(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
