package dev.reprise.bench;

import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** What somebody who waits sees. */
final class Terminal {

    private Terminal() {}

    static void title(String text) {
        System.out.printf("%n== %s%n", text);
    }

    static void note(String text) {
        System.out.printf("   %s  %s%n", LocalTime.now().truncatedTo(ChronoUnit.SECONDS), text);
    }
}
