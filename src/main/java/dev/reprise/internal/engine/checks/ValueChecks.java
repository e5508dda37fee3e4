package dev.reprise.internal.engine.checks;

import dev.reprise.internal.engine.AskingFilter;
import dev.reprise.internal.engine.stored.KeptValue;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jberet.job.model.ExceptionClassFilter;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;

/** What is relied on of values that the engine keeps, and of its filters. */
public final class ValueChecks {

    private ValueChecks() {}

    /** What was serialized comes back as it was, from the engine's copy of a step too. */
    public static @Nullable String kept(Function<byte[], Serializable> keep) {
        StepExecutionImpl step = new StepExecutionImpl("");
        byte[] serialized;
        try {
            serialized = KeptValue.serialized("kept");
        } catch (IOException e) {
            return String.valueOf(e);
        }
        step.setReaderCheckpointInfo(keep.apply(serialized));
        step.setPersistentUserData(keep.apply(serialized));
        AbstractStepExecution copy = new PartitionExecutionImpl(step);
        copy.setReaderCheckpointInfo(step.getReaderCheckpointInfo());
        return "kept".equals(copy.getReaderCheckpointInfo())
                        && Arrays.equals(serialized, step.getReaderCheckpointInfoSerialized())
                        && Arrays.equals(serialized, KeptValue.keepUserData(step))
                ? null
                : "they come back otherwise";
    }

    /** A filter includes what its list says, whatever the class. */
    public static @Nullable String filters(BiPredicate<ExceptionClassFilter, Class<? extends Throwable>> engine) {
        ExceptionClassFilter filter = AskingFilter.asking(name -> name.equals(IllegalStateException.class.getName()));
        if (!engine.test(filter, IllegalStateException.class)) {
            return "one that is included is not";
        }
        return engine.test(filter, IllegalArgumentException.class) ? "one that is not included is" : null;
    }
}
