package dev.reprise.bench;

/** The Java that everything runs on. */
final class Java {

    private Java() {}

    static String command() {
        return ProcessHandle.current().info().command().orElse("java");
    }
}
