package dev.reprise.internal.engine;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this node has asked the engine to launch and has no answer to yet. The engine hands on nothing but parameters from
 * who launches to what is recorded, so one of them says which launch it is. Thread-safe.
 */
final class AskedLaunches {

    /** Taken away before anybody judges the parameters; its value can be nobody's who was not given it. */
    private static final String MARK = "reprise.asked-launch";

    private final Map<String, Asked> asked = new ConcurrentHashMap<>();

    /** One launch, and what came of it. */
    static final class Asked {

        private final String mark = UUID.randomUUID().toString();
        private final int attempt;
        private volatile @Nullable LiveExecution created;
        private volatile long dispatched;

        private Asked(int attempt) {
            this.attempt = attempt;
        }

        /** What the engine is to be given. */
        Properties marked(Properties parameters) {
            Properties marked = (Properties) parameters.clone();
            marked.setProperty(MARK, mark);
            return marked;
        }

        /** Which restart in a row it is that nobody asks for; 0 if somebody does. */
        int attempt() {
            return attempt;
        }

        void created(LiveExecution execution) {
            created = execution;
        }

        /**
         * It is recorded, for any node to run.
         *
         * @return to be thrown, so that the engine does not run it here
         */
        RecordedForAnyNode dispatched(long executionId) {
            dispatched = executionId;
            return new RecordedForAnyNode();
        }

        /** The id of what is recorded for any node to run. */
        OptionalLong dispatched() {
            return dispatched == 0 ? OptionalLong.empty() : OptionalLong.of(dispatched);
        }

        /** Null as long as nothing is recorded. */
        @Nullable
        LiveExecution created() {
            return created;
        }
    }

    /** No failure, and seen by the engine alone: it runs what it has recorded, unless that throws. */
    static final class RecordedForAnyNode extends RuntimeException {

        private static final long serialVersionUID = 1L;

        RecordedForAnyNode() {
            super("the execution is recorded, and any node may run it", null, false, false);
        }
    }

    /** Begins one; then {@link #forget} it. */
    Asked ask(int attempt) {
        Asked launch = new Asked(attempt);
        asked.put(launch.mark, launch);
        return launch;
    }

    void forget(Asked launch) {
        asked.remove(launch.mark);
    }

    /** The launch that these parameters were given to, and whose mark they have no more then; null if it is not one of these. */
    @Nullable
    Asked take(Properties parameters) {
        String mark = parameters.getProperty(MARK);
        Asked launch = mark == null ? null : asked.get(mark);
        if (launch != null) {
            parameters.remove(MARK);
        }
        return launch;
    }
}
