package dev.reprise.monitor;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.reprise.job.DistributedStep;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.lint.Finding;
import dev.reprise.monitor.ExecutionGraph.Passage;
import dev.reprise.state.Acknowledgement;
import dev.reprise.state.Attempts;
import dev.reprise.state.StepCounts;
import dev.reprise.state.TransitionTaken;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What operators see, field by field as the REST API's description has it ({@code openapi.yaml}), where each is
 * explained. What is null there is absent. Immutable.
 */
@SuppressWarnings("MissingSummary") // openapi.yaml describes them
public final class View {

    /** What threw it, if that is known; a class, and what is said behind it. */
    private static final Pattern EXCEPTION =
            Pattern.compile("((?:[^:]*: )?[\\w$]+(?:\\.[\\w$]+)+|[\\w$]+)(?:: .*)?", Pattern.DOTALL);

    private View() {}

    /**
     * Why something failed, of an exception its class alone: its message may quote what only operators may read, of a file
     * or a row. What Reprise says by itself stays.
     */
    static String withoutMessage(String failure) {
        Matcher exception = EXCEPTION.matcher(failure);
        return exception.matches() ? String.valueOf(exception.group(1)) : failure;
    }

    public record Page<T>(List<T> items, @Nullable String next) {}

    /** The fields of {@code page} stand beside the others. */
    public record FoundExecutions(
            @JsonUnwrapped Page<Execution> page,
            @Nullable List<String> jobs,
            @Nullable List<String> nodes) {}

    public record Progress(
            long items,
            @Nullable Long done,
            @Nullable Long total,
            @Nullable String unit,
            @Nullable String step) {}

    public record Execution(
            long id,
            String job,
            long instanceId,
            @Nullable String application,
            String status,
            @Nullable String exitStatus,
            @Nullable Instant created,
            @Nullable Instant started,
            @Nullable Instant ended,
            @Nullable String node,
            @Nullable String submitter,
            Map<String, String> parameters,
            boolean live,
            @Nullable Boolean waiting,
            @Nullable Integer recoveries,
            @Nullable String failure,
            @Nullable Attempts attempts,
            @Nullable Progress progress) {

        /** What those see who may not read stack traces. */
        public Execution withoutMessage() {
            return new Execution(
                    id,
                    job,
                    instanceId,
                    application,
                    status,
                    exitStatus,
                    created,
                    started,
                    ended,
                    node,
                    submitter,
                    parameters,
                    live,
                    waiting,
                    recoveries,
                    failure == null ? null : View.withoutMessage(failure),
                    attempts,
                    progress);
        }
    }

    public record Step(
            long id,
            String name,
            String status,
            @Nullable String exitStatus,
            @Nullable Instant started,
            @Nullable Instant ended,
            StepCounts counts,
            @Nullable String failure,
            @Nullable String waits,
            @Nullable String node,
            @Nullable List<String> earlierNodes,
            @Nullable Integer nodesDied,
            @Nullable Instant committed,
            List<Step> partitions) {}

    public record Parameter(
            String name,
            String value,
            boolean identifying,
            boolean secret,
            @Nullable String previous,
            @Nullable String change) {}

    public record Edge(
            TransitionKind kind,
            String on,
            @Nullable String to,
            @Nullable String exitStatus) {}

    public record GraphNode(
            String id,
            NodeKind kind,
            @Nullable String parent,
            @Nullable Boolean chunk,
            @Nullable Boolean partitioned,
            @Nullable Boolean allowStartIfComplete,
            List<Edge> transitions) {}

    /**
     * What can be done with an execution.
     *
     * @param by the application that is asked to stop or restart it; null: it is done here
     * @param unavailable why nobody can be asked
     */
    public record Actions(
            boolean stop,
            boolean restart,
            boolean abandon,
            @Nullable String by,
            @Nullable String unavailable) {}

    /** The fields of {@code execution} stand beside the others. */
    public record ExecutionDetail(
            @JsonUnwrapped Execution execution,
            int attempt,
            @Nullable Long previous,
            @Nullable Long following,
            List<Parameter> allParameters,
            List<Step> steps,
            @Nullable List<GraphNode> graph,
            @Nullable Map<String, Passage> passages,
            List<TransitionTaken> transitions,
            Actions actions,
            @Nullable Boolean logHere,
            @Nullable List<String> logNodes) {}

    public record JobSummary(
            String name,
            @Nullable String title,
            @Nullable String description,
            boolean deployed,
            int errors,
            int warnings,
            List<Execution> recent) {}

    public record Job(
            String name,
            @Nullable String title,
            @Nullable String description,
            boolean deployed,
            boolean identityNone,
            boolean restartable,
            @Nullable Object schema,
            @Nullable List<GraphNode> graph,
            List<Finding> findings) {}

    public record GridStep(
            String status,
            @Nullable Instant started,
            @Nullable Instant ended) {}

    public record GridExecution(@JsonUnwrapped Execution execution, Map<String, GridStep> steps) {}

    public record Grid(
            List<String> steps,
            List<GridExecution> executions,
            @Nullable String next) {}

    public record Instance(
            long id,
            String job,
            @Nullable String application,
            Map<String, String> parameters,
            @Nullable Execution last) {}

    public record InstanceExecution(@JsonUnwrapped Execution execution, List<Step> steps) {}

    public record InstanceDetail(
            @JsonUnwrapped Instance instance,
            List<InstanceExecution> executions,
            @Nullable Decision launch) {}

    public record StepPlan(
            String step,
            String fate,
            String reach,
            @Nullable String checkpoint,
            @Nullable Long commits,
            @Nullable List<PartitionPlan> partitions) {}

    public record PartitionPlan(
            int number, String fate, @Nullable String checkpoint) {}

    public record EffectiveParameter(
            String name,
            String value,
            boolean identifying,
            boolean secret,
            String source,
            @Nullable String before) {}

    public record Fault(@Nullable String parameter, String message) {}

    public record Decision(
            String decision,
            String message,
            @Nullable Long executionId,
            @Nullable List<StepPlan> steps,
            @Nullable List<String> changes,
            @Nullable List<EffectiveParameter> parameters,
            @Nullable List<DistributedStep> distributed,
            @Nullable String refusal,
            @Nullable List<Fault> faults,
            @Nullable String acceptance) {}

    public record Node(
            String name,
            long incarnation,
            @Nullable String process,
            Instant started,
            @Nullable Instant heartbeat,
            @Nullable Long heartbeatAgeMillis,
            long leaseMillis,
            boolean alive,
            boolean self,
            int running,
            @Nullable Integer partitions) {}

    public record Attention(
            String key,
            String kind,
            String message,
            @Nullable String job,
            @Nullable String application,
            @Nullable String exitStatus,
            int count,
            List<Long> executions,
            @Nullable Execution execution,
            @Nullable Integer times,
            @Nullable Acknowledgement acknowledged) {}

    public record Now(
            List<Execution> running,
            List<Attention> attention,
            int attentionInAll,
            int attentionNew,
            boolean attentionWhole,
            List<Node> nodes) {}
}
