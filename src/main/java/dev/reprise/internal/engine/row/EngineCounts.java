package dev.reprise.internal.engine.row;

import jakarta.batch.runtime.Metric.MetricType;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jberet.runtime.metric.MetricImpl;
import org.jberet.runtime.metric.StepMetrics;

/** The counts of a step that the engine keeps: watched, so that every rollback and skip is heard of when it happens. */
public final class EngineCounts {

    /** The engine keeps its counts in a map of its own; watching it is the only way to learn of every rollback and skip. */
    private static final Field COUNTS_OF_THE_ENGINE = countsOfTheEngine();

    /** The counts that the engine increments right when it happens. */
    public static final List<MetricType> WATCHED = List.of(
            MetricType.ROLLBACK_COUNT,
            MetricType.WRITE_SKIP_COUNT,
            MetricType.READ_SKIP_COUNT,
            MetricType.PROCESS_SKIP_COUNT);

    /** Calls what is given at each increment of one that is {@link #WATCHED}. */
    private EngineCounts() {}

    public static void watch(StepMetrics metrics, Consumer<MetricType> happens) {
        try {
            @SuppressWarnings("unchecked")
            Map<MetricType, MetricImpl> counts = (Map<MetricType, MetricImpl>) COUNTS_OF_THE_ENGINE.get(metrics);
            for (MetricType type : WATCHED) {
                counts.put(type, new Watched(type, happens));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the engine's counts cannot be watched", e);
        }
    }

    private static Field countsOfTheEngine() {
        try {
            Field field = StepMetrics.class.getDeclaredField("metricsMapping");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this version of JBeret counts in another way; use 3.1", e);
        }
    }

    /** The engine counts a rollback or a skip right when it happens. */
    private static final class Watched extends MetricImpl {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // counts of a running step are never serialized
        private final transient Consumer<MetricType> happens;

        Watched(MetricType type, Consumer<MetricType> happens) {
            super(type);
            this.happens = happens;
        }

        @Override
        public void increment(long by) {
            super.increment(by);
            happens.accept(getType());
        }
    }
}
