package dev.reprise.lint;

import dev.reprise.log.Shown;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.PartitionPlan;
import org.jberet.job.model.Properties;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/**
 * What the engine makes of the numbers, the checkpoint policy and the transaction time-out of one step. The schema of job
 * XML takes any text for them, and the engine reads them when the step runs.
 */
final class StepRules {

    private static final String TIMEOUT = "jakarta.transaction.global.timeout";
    private static final String TIMEOUT_BEFORE_JAKARTA = "javax.transaction.global.timeout";

    private final Step step;
    private final ToIntFunction<String> line;
    private final Findings findings;

    /** @param line where an element of the step is, by its tag */
    StepRules(Step step, ToIntFunction<String> line, Findings findings) {
        this.step = step;
        this.line = line;
        this.findings = findings;
    }

    void judge() {
        isNumber("step", "start-limit", step.getStartLimit());
        PartitionPlan plan =
                step.getPartition() == null ? null : step.getPartition().getPlan();
        if (plan != null) {
            isNumber("plan", "partitions", plan.getPartitions());
            isNumber("plan", "threads", plan.getThreads());
        }
        judgeTimeout(step.getProperties());
        Chunk chunk = step.getChunk();
        if (chunk == null) {
            return;
        }
        isNumber("chunk", "skip-limit", chunk.getSkipLimit());
        isNumber("chunk", "retry-limit", chunk.getRetryLimit());
        String policy = chunk.getCheckpointPolicy();
        if (policy.equals("item")) {
            judgeItems(chunk);
        } else if (policy.equals("custom") && chunk.getCheckpointAlgorithm() == null) {
            findings.error(
                    "checkpoint-policy",
                    line.applyAsInt("chunk"),
                    named() + " has the checkpoint-policy 'custom' and no <checkpoint-algorithm>, so it would fail. Add"
                            + " one, or leave the policy out");
        } else if (!policy.equals("custom") && !policy.contains("#{")) {
            findings.error(
                    "checkpoint-policy",
                    line.applyAsInt("chunk"),
                    named() + " has the checkpoint-policy " + Shown.value(policy)
                            + ", which the engine does not know, so it would fail. Write 'item' or 'custom'");
        }
    }

    private void judgeItems(Chunk chunk) {
        String count = chunk.getItemCount();
        if (isNumber("chunk", "item-count", count) && isLess(count, 1)) {
            findings.error(
                    "number",
                    line.applyAsInt("chunk"),
                    "item-count of " + named() + " is " + count + ", so the step would fail. Write 1 or more");
        }
        String limit = chunk.getTimeLimit();
        if (limit != null && isNumber("chunk", "time-limit", limit) && !isLess(limit, 1)) {
            findings.warning(
                    "time-limit",
                    line.applyAsInt("chunk"),
                    "time-limit of " + named() + " starts a thread for each chunk, which lives until the limit is over"
                            + " and then ends whatever chunk there is. Use item-count, or a checkpoint-algorithm that"
                            + " looks at the time");
        }
        if (chunk.getCheckpointAlgorithm() != null) {
            findings.warning(
                    "checkpoint-policy",
                    line.applyAsInt("checkpoint-algorithm"),
                    "the checkpoint-algorithm of " + named() + " is never asked, because the policy is 'item'. Write"
                            + " checkpoint-policy=\"custom\", or remove it");
        }
    }

    private void judgeTimeout(@Nullable Properties properties) {
        if (value(properties, TIMEOUT_BEFORE_JAKARTA) != null) {
            warnOfTimeout(TIMEOUT_BEFORE_JAKARTA + " of " + named() + " is read by nobody. Write " + TIMEOUT);
        }
        String timeout = value(properties, TIMEOUT);
        Chunk chunk = step.getChunk();
        if (timeout == null) {
            return;
        }
        if (chunk == null) {
            warnOfTimeout(TIMEOUT + " of " + named() + " has no effect, because a batchlet has no transaction of the"
                    + " engine's. Set the time-out where its transactions begin");
            return;
        }
        isNumber("properties", TIMEOUT, timeout);
        if (chunk.getCheckpointPolicy().equals("custom")) {
            warnOfTimeout(TIMEOUT + " of " + named() + " does not hold for its chunks: the checkpointTimeout of its"
                    + " checkpoint-algorithm does. Return it there");
        }
    }

    /** The same of a job's properties, where the engine does not look. */
    static void judgeTimeout(@Nullable Properties ofJob, int line, Findings findings) {
        for (String name : List.of(TIMEOUT, TIMEOUT_BEFORE_JAKARTA)) {
            if (value(ofJob, name) != null) {
                findings.warning(
                        "transaction-timeout",
                        line,
                        name + " of the job is read by nobody. Write " + TIMEOUT
                                + " among the properties of each step");
            }
        }
    }

    private void warnOfTimeout(String message) {
        findings.warning("transaction-timeout", line.applyAsInt("properties"), message);
    }

    private static @Nullable String value(@Nullable Properties properties, String name) {
        return properties == null ? null : properties.getNameValues().get(name);
    }

    /** Whether the engine will be able to read it; what holds an expression may be anything. */
    private boolean isNumber(String element, String attribute, @Nullable String value) {
        if (value == null || value.contains("#{")) {
            return true;
        }
        try {
            Integer.parseInt(value);
            return true;
        } catch (NumberFormatException e) {
            findings.error(
                    "number",
                    line.applyAsInt(element),
                    attribute + " of " + named() + " is " + Shown.value(value)
                            + ", which the engine cannot read, so the"
                            + " step would fail. Write a whole number of at most " + Integer.MAX_VALUE);
            return false;
        }
    }

    private static boolean isLess(@Nullable String number, int least) {
        return number != null && !number.contains("#{") && Integer.parseInt(number) < least;
    }

    private String named() {
        return "step " + Shown.value(step.getId());
    }
}
