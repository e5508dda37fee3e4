package dev.reprise.bench.peer;

/** Who started this process; without it nobody would ever end this one. */
public final class Parent {

    private Parent() {}

    /** Ends this process at once when the process named by the system property {@code bench.parent} has ended. */
    public static void endWithIt() {
        long pid = Long.getLong("bench.parent", 0);
        if (pid > 0) {
            ProcessHandle.of(pid)
                    .ifPresentOrElse(
                            parent -> parent.onExit()
                                    .thenRun(() -> Runtime.getRuntime().halt(1)),
                            () -> Runtime.getRuntime().halt(1));
        }
    }
}
