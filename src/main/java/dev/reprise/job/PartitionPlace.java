package dev.reprise.job;

import java.util.Optional;
import org.jberet.job.model.Properties;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/** Where the partitions of a step run: its property {@value #PROPERTY} (contract.md §9). */
public enum PartitionPlace {
    /** Nothing is said, or {@code local}: on the node that runs the step, as JBeret has it. */
    LOCAL,
    /** {@code distributed}: on whichever nodes of the application have room. */
    DISTRIBUTED;

    /** The property of a step: {@code <property name="reprise.partitions" value="distributed"/>}. */
    public static final String PROPERTY = "reprise.partitions";

    /** Another one: how many of its partitions run at a time, from 1 to 999,999. */
    public static final String MOST = "reprise.partitions.max";

    /** Another one: the group of nodes that run its partitions ({@code groups} of a node); any node where it is not said. */
    public static final String GROUP = "reprise.partitions.group";

    /** What the step says; what makes no sense counts as nothing, the linter refuses it. */
    public static PartitionPlace of(Step step) {
        return parse(value(step, PROPERTY)).orElse(LOCAL);
    }

    /** Empty for what makes no sense. */
    public static Optional<PartitionPlace> parse(@Nullable String value) {
        return switch (value == null ? "local" : value) {
            case "local" -> Optional.of(LOCAL);
            case "distributed" -> Optional.of(DISTRIBUTED);
            default -> Optional.empty();
        };
    }

    /** Whether any node may run a step's partitions. */
    public static boolean mayLeave(Step step) {
        return step.getPartition() != null && of(step) == DISTRIBUTED;
    }

    /** How many of so many partitions a step lets run at a time; all where it says nothing, or what makes no sense. */
    public static int most(Step step, int partitions) {
        String value = value(step, MOST);
        return value == null || !isNumber(value) ? partitions : Math.min(Integer.parseInt(value), partitions);
    }

    /** Whether it can be a value of {@value #MOST}. */
    public static boolean isNumber(String value) {
        return value.matches("[1-9][0-9]{0,5}");
    }

    /** The group of nodes that a step wants; null where it says nothing. */
    public static @Nullable String group(Step step) {
        return value(step, GROUP);
    }

    /** Whether it can be the name of a group: 1 to 50 letters, digits, dots, dashes and underlines. */
    public static boolean isGroup(String value) {
        return value.matches("[A-Za-z0-9._-]{1,50}");
    }

    public static @Nullable String value(Step step, String property) {
        Properties properties = step.getProperties();
        return properties == null ? null : properties.getNameValues().get(property);
    }
}
