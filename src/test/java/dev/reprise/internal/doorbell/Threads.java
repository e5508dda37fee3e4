package dev.reprise.internal.doorbell;

import java.util.List;

/** Those of doorbells. */
final class Threads {

    private Threads() {}

    /** That live and belong to an application. */
    static List<String> of(String application) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("reprise-doorbell") && name.endsWith(application))
                .sorted()
                .toList();
    }
}
