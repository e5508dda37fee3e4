package dev.reprise.log;

import jakarta.batch.runtime.context.JobContext;
import org.jberet.creation.ArtifactCreationContext;
import org.jspecify.annotations.Nullable;

/**
 * Which execution the current thread works for, so that what it logs finds its file. Threads of the server's pool work for
 * one execution after another, also of other applications, so a thread is only taken for an execution's while that is
 * certain.
 *
 * <p>The engine tells the repository when the thread of a job begins and ends, and partitions are run by us. Of the thread
 * of a flow in a split only the steps are told; between them a line counts if the context class loader is the
 * application's, which the server sets for each task and takes back after it.
 */
public final class LogThread {

    /** The category of what is told of jobs, whichever class tells it. */
    public static final String JOBS = "dev.reprise.jobs";

    /** A {@code Long} and not a class of ours: threads of the server outlive a deployment, and would keep it. */
    @SuppressWarnings("ThreadLocalUsage") // of this deployment alone
    private static final ThreadLocal<@Nullable Long> BOUND = new ThreadLocal<>();

    /** The thread of a flow: nobody tells when it ends. */
    private static final long FLOW = 1L << 62;

    /** No step runs in it, or not yet. */
    private static final long BETWEEN_STEPS = 1L << 61;

    private LogThread() {}

    /** This is the thread of a job, from now until {@link #jobEnds}. */
    public static void jobBegins(long executionId) {
        BOUND.set(executionId);
    }

    /** The engine is done with the job; does nothing on a thread that is not the job's. */
    public static void jobEnds(long executionId) {
        Long bound = BOUND.get();
        if (bound != null && bound == executionId) {
            BOUND.remove();
        }
    }

    /** A step is about to come on this thread; if it is the thread of a flow, the engine's artifacts will tell of which. */
    public static void stepComes() {
        if (isNotBracketed()) {
            ArtifactCreationContext.removeCurrentArtifactCreationContext();
            BOUND.set(FLOW | BETWEEN_STEPS);
        }
    }

    /** The same, of an execution that is known. */
    public static void stepComes(long executionId) {
        if (isNotBracketed()) {
            BOUND.set(FLOW | BETWEEN_STEPS | executionId);
        }
    }

    /** A step begins on this thread. */
    public static void stepBegins(long executionId) {
        if (isNotBracketed()) {
            BOUND.set(FLOW | executionId);
        }
    }

    /** It has ended. */
    public static void stepEnded() {
        Long bound = BOUND.get();
        if (bound != null && (bound & FLOW) != 0) {
            BOUND.set(bound | BETWEEN_STEPS);
        }
    }

    private static boolean isNotBracketed() {
        Long bound = BOUND.get();
        return bound == null || (bound & FLOW) != 0;
    }

    /** What logs for the execution as long as it runs. */
    public static Runnable of(long executionId, Runnable task) {
        return () -> {
            Long before = BOUND.get();
            BOUND.set(executionId);
            try {
                task.run();
            } finally {
                if (before == null) {
                    BOUND.remove();
                } else {
                    BOUND.set(before);
                }
            }
        };
    }

    /** Null on a thread that works for no execution of this deployment: the one look that each line of the server costs. */
    static @Nullable Long bound() {
        return BOUND.get();
    }

    /**
     * The execution of this thread, or 0.
     *
     * @param bound not null
     * @param application what the server sets as context class loader for the application's tasks
     */
    static long execution(long bound, @Nullable ClassLoader application) {
        if ((bound & BETWEEN_STEPS) == 0) {
            return bound & ~FLOW;
        }
        if (Thread.currentThread().getContextClassLoader() != application) {
            return 0;
        }
        long known = bound & ~(FLOW | BETWEEN_STEPS);
        if (known != 0) {
            return known;
        }
        JobContext job =
                ArtifactCreationContext.getCurrentArtifactCreationContext().getJobContext();
        return job == null ? 0 : job.getExecutionId();
    }
}
