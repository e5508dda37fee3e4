package dev.reprise.state;

import java.util.Objects;

/**
 * One process that runs an application: what stands in the rows of the executions it owns.
 *
 * @param application the name of the deployment's job repository; nodes of one application may take over from each other
 * @param name the node's name, unique within the application
 * @param incarnation counts the node's starts, from 1; an execution of an earlier incarnation has no thread any more
 */
public record NodeIdentity(String application, String name, long incarnation) {

    public NodeIdentity {
        Objects.requireNonNull(application, "application");
        Objects.requireNonNull(name, "name");
    }

    /** What stands for the node of an execution that waits for one: any of the application may take it. */
    public static NodeIdentity none(String application) {
        return new NodeIdentity(application, "", 0);
    }

    /** Whether it is {@link #none}. */
    public boolean isNone() {
        return name.isEmpty();
    }

    @Override
    public String toString() {
        return name + " (incarnation " + incarnation + ")";
    }
}
