package dev.reprise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Two runs in one checkout would measure each other, in the same folders. */
final class RunLock {

    private static @Nullable FileLock held;

    private RunLock() {}

    /** Takes the lock of this checkout until this process ends. */
    static synchronized void hold(Folders folders) {
        Path file = folders.target().resolve("lock");
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            held = channel.tryLock();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (held == null) {
            throw new UsageException("Another bench runs in this checkout: wait until it has ended.");
        }
    }
}
