package dev.reprise.lint;

import dev.reprise.job.JobFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files of {@code META-INF/batch-jobs} in a folder of any name, and what is not there, as a job that others
 * inherit from, on the class path.
 */
final class FolderLoader extends ClassLoader {

    private final Path folder;

    FolderLoader(Path folder, ClassLoader parent) {
        super(parent);
        this.folder = folder;
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        if (!name.startsWith(JobFiles.FOLDER)) {
            return super.getResourceAsStream(name);
        }
        Path file = folder.resolve(name.substring(JobFiles.FOLDER.length()));
        try {
            return Files.isRegularFile(file) ? Files.newInputStream(file) : super.getResourceAsStream(name);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
