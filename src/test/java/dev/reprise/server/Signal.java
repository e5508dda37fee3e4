package dev.reprise.server;

import java.io.IOException;
import java.io.UncheckedIOException;

/** What a process of the tests is sent, by its id. */
public enum Signal {
    STOP,
    CONT,
    INT,
    QUIT,
    KILL;

    void send(ProcessHandle process) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + this, String.valueOf(process.pid()))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + this + " " + process.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
