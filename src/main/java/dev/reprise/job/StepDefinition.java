package dev.reprise.job;

/**
 * One step as the job's XML defines it.
 *
 * @param name the id of the step
 * @param allowStartIfComplete whether a restart runs it again although it is COMPLETED (contract.md §5)
 * @param partitioned whether it runs as several partitions
 * @param chunk whether it works in chunks; if not, it is a batchlet
 * @param startLimit how often it may start in an instance; 0 for any number, also where only the parameters of a launch say
 */
public record StepDefinition(
        String name, boolean allowStartIfComplete, boolean partitioned, boolean chunk, int startLimit) {

    /** One that may start any number of times. */
    public StepDefinition(String name, boolean allowStartIfComplete, boolean partitioned, boolean chunk) {
        this(name, allowStartIfComplete, partitioned, chunk, 0);
    }
}
