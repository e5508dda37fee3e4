package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What Linux knows of the CPU time of a process. */
final class CpuTicks {

    /** A tick is a hundredth of a second on every Linux that anybody uses. */
    static final long MILLIS = 10;

    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int USER_OF_ENDED_CHILDREN = 13;
    private static final int SYSTEM_OF_ENDED_CHILDREN = 14;

    private CpuTicks() {}

    static long of(long pid) throws IOException {
        return sum(pid, USER, SYSTEM);
    }

    static long withEndedChildren(long pid) throws IOException {
        return sum(pid, USER, SYSTEM, USER_OF_ENDED_CHILDREN, SYSTEM_OF_ENDED_CHILDREN);
    }

    private static long sum(long pid, int... columns) throws IOException {
        try {
            String line = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            String[] values = line.substring(line.lastIndexOf(')') + 2).split(" ");
            long sum = 0;
            for (int column : columns) {
                sum += Long.parseLong(values[column]);
            }
            return sum;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
