package dev.reprise.internal.engine.stored;

import java.lang.StackWalker.StackFrame;
import org.jberet.operations.AbstractJobOperator;

/**
 * The engine's {@code restart} asks for the execution first, and merges the parameters of that with those it was given: only
 * the texts among these, and none of the others is heard of again. Of an execution without parameters it passes on what it
 * was given as it is.
 */
public final class RestartCall {

    private static final StackWalker CALLERS = StackWalker.getInstance();

    /** This one, the repository's, the engine's own getter's, who called that, and what may lie between the first two. */
    private static final int FRAMES = 6;

    private RestartCall() {}

    /** Whether the repository's method that calls this was called by the engine's {@code restart}. */
    public static boolean asks() {
        return CALLERS.walk(frames -> frames.limit(FRAMES).anyMatch(RestartCall::isRestart));
    }

    private static boolean isRestart(StackFrame frame) {
        return frame.getMethodName().equals("restart")
                && frame.getClassName().equals(AbstractJobOperator.class.getName());
    }
}
