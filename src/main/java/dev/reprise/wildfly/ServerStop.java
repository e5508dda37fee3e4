package dev.reprise.wildfly;

/** Who asks for a stop: the server that stops itself, or somebody who wants the job stopped. */
final class ServerStop {

    private static final String ACTIVITY =
            "org.wildfly.extension.batch.jberet.deployment.JobOperatorService$BatchJobServerActivity";

    private ServerStop() {}

    /** Whether WildFly asks on this thread, because it suspends, shuts down or undeploys. */
    static boolean isAsking() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(ACTIVITY)
                        && frame.getMethodName().equals("stopRunningJobs")));
    }
}
