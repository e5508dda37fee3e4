package dev.reprise.internal.engine.row;

import dev.reprise.state.StepCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chunk that was recorded, and of whose commit nobody knows but the database. */
public record InDoubt(StepCounts counts, Map<String, byte @Nullable []> values) {}
