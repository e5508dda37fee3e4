package dev.reprise.item;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An input file that is not what it must be: the message names the file, the line, what was expected and what is there. */
public final class BrokenInputException extends IOException {

    /**
     * @param file the file; the message names its absolute path
     * @param line the line, from 1 (the header)
     * @param expected what should be there: completes the sentence "expected …"
     * @param found what is there: completes the sentence "found …"
     */
    public BrokenInputException(Path file, long line, String expected, String found) {
        this(file, line, expected, found, null);
    }

    BrokenInputException(Path file, long line, String expected, String found, @Nullable Throwable cause) {
        super(
                file.toAbsolutePath().normalize() + ", line " + line + ": expected " + expected + ", found " + found,
                cause);
    }
}
