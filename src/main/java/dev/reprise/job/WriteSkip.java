package dev.reprise.job;

import java.util.Optional;
import org.jberet.job.model.Properties;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/** What a skippable failure of a step's writer drops: its property {@value #PROPERTY}. */
public enum WriteSkip {
    /** Nothing is said, or {@code chunk}: the whole chunk, as JBeret has it. */
    CHUNK,
    /** {@code item}: the items that cannot be written, each found in a transaction of its own (contract.md §8.6). */
    ITEM;

    /** The property of a step: {@code <property name="reprise.skip" value="item"/>}. */
    public static final String PROPERTY = "reprise.skip";

    /** What the step says; what makes no sense counts as nothing, the linter refuses it. */
    public static WriteSkip of(Step step) {
        return parse(value(step)).orElse(CHUNK);
    }

    /** Empty for what makes no sense. */
    public static Optional<WriteSkip> parse(@Nullable String value) {
        return switch (value == null ? "chunk" : value) {
            case "chunk" -> Optional.of(CHUNK);
            case "item" -> Optional.of(ITEM);
            default -> Optional.empty();
        };
    }

    public static @Nullable String value(Step step) {
        Properties properties = step.getProperties();
        return properties == null ? null : properties.getNameValues().get(PROPERTY);
    }
}
