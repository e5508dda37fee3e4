package dev.reprise.item;

import jakarta.batch.runtime.Metric.MetricType;
import jakarta.batch.runtime.context.StepContext;

/** Corrects what the engine has counted of a step or partition that runs. */
@FunctionalInterface
public interface CountCorrection {

    /**
     * Adds to a count, which is no event for the engine.
     *
     * @param step as it was injected into the artifact
     * @param more below zero to take off
     */
    void add(StepContext step, MetricType count, long more);
}
