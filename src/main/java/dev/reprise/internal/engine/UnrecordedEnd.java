package dev.reprise.internal.engine;

import dev.reprise.state.TransitionTaken;
import java.util.List;

/** A step whose end the database could not be told yet. */
record UnrecordedEnd(RunningStep step, String trace, List<TransitionTaken> transitions) {}
