package dev.reprise.internal.decide;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.store.Definitions;
import dev.reprise.internal.store.JobExecutionRow;
import dev.reprise.internal.store.StepsBefore;
import dev.reprise.internal.store.StepsBefore.Attempted;
import dev.reprise.job.DefinitionChange;
import dev.reprise.job.DefinitionChanges;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecordedDefinition;
import dev.reprise.job.RestartWay;
import dev.reprise.job.StepDefinition;
import dev.reprise.job.StepSoFar;
import dev.reprise.state.LaunchDecision.Fate;
import dev.reprise.state.LaunchDecision.PartitionPlan;
import dev.reprise.state.LaunchDecision.StepPlan;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.state.Skipped;
import dev.reprise.state.WaysOut;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a restart goes on with, and whether the definition that is deployed lets it (contract.md §8.2, §8.3). Restart and
 * preview both ask here; only what is recorded and what is deployed decides.
 */
public final class RestartJudge {

    private final Database database;
    private final StepsBefore steps;
    private final Definitions definitions;

    public RestartJudge(Database database, StepsBefore steps, Definitions definitions) {
        this.database = database;
        this.steps = steps;
        this.definitions = definitions;
    }

    /**
     * The execution that is to be restarted.
     *
     * @param definition the digest of what it ran; null if that is not recorded
     * @param position where the restart is to begin; null for the first element
     */
    public record Original(
            long executionId,
            long instanceId,
            @Nullable String definition,
            @Nullable String position) {

        public static Original of(JobExecutionRow row) {
            return new Original(row.id(), row.instance().id(), row.definition(), row.restartPosition());
        }
    }

    /**
     * The answer.
     *
     * @param refusal why the restart does not happen, if it does not
     * @param changes what changed since and does no harm, or was accepted
     * @param fromTheHead whether it begins at the first element although another position is recorded
     * @param anew the steps that begin anew
     */
    public record Judgement(
            @Nullable Refusal refusal, List<DefinitionChange> changes, boolean fromTheHead, List<String> anew) {

        /** Nothing changed, and nothing is asked for. */
        public static final Judgement NOTHING = new Judgement(null, List.of(), false, List.of());

        /** The changes that a person has accepted. */
        public List<DefinitionChange> accepted() {
            return changes.stream().filter(DefinitionChange::harmful).toList();
        }
    }

    /**
     * Judges a restart. Asks the database only where what is deployed is not what ran, or a step is to begin anew.
     *
     * @param asked with what it is asked for
     */
    public Judgement judge(JobModel job, Original original, Subject subject, WaysOut waysOut, Properties asked) {
        JobGraph deployed = job.graph();
        String given = asked.getProperty(JobModel.RESTART_POSITION);
        String position = given == null ? original.position() : given;
        Optional<DefinitionChange> gone = DefinitionChanges.goneTarget(deployed, position);
        if (gone.isPresent() && given != null) {
            return refused(Refusals.invalidParameters(
                    subject,
                    List.of(JobModel.RESTART_POSITION + ": the job has no element " + Text.line("'" + given + "'")
                            + " on its own level")));
        }
        RecordedDefinition now = definitions.of(job);
        boolean same = original.definition() == null || original.definition().equals(now.digest());
        if (same && gone.isEmpty() && waysOut.anew().isEmpty()) {
            return Judgement.NOTHING;
        }
        Map<String, Attempted> before = attempted(original);
        List<String> faults = faultsOf(waysOut.anew(), deployed, before);
        if (!faults.isEmpty()) {
            return refused(Refusals.invalidParameters(subject, faults));
        }
        if (gone.isPresent() && original.definition() != null && same) {
            return refused(Refusals.invalidJob(
                    job.name(),
                    List.of("A <stop> lets the restart begin at " + Text.line("'" + position + "'")
                            + ", and the job has no such element on its own level.")));
        }
        List<DefinitionChange> changes = same
                ? gone.map(List::of).orElse(List.of())
                : changes(original, now, position, begun(before, waysOut.anew()));
        List<DefinitionChange> harmful =
                changes.stream().filter(DefinitionChange::harmful).toList();
        String token = token(original, now, harmful);
        if (!harmful.isEmpty() && !token.equals(waysOut.accepted())) {
            return refused(definitionChanged(original, subject, harmful, token, waysOut.accepted() != null));
        }
        return new Judgement(null, changes, gone.isPresent(), waysOut.anew());
    }

    private static Judgement refused(Refusal refusal) {
        return new Judgement(refusal, List.of(), false, List.of());
    }

    private static List<String> faultsOf(List<String> anew, JobGraph deployed, Map<String, Attempted> before) {
        List<String> faults = new ArrayList<>();
        for (String step : anew) {
            Attempted attempted = before.get(step);
            boolean there = deployed.node(step).map(JobGraph.Node::step).isPresent();
            if (!there || attempted == null || attempted.isComplete()) {
                faults.add(WaysOut.START_ANEW + ": step " + Text.line("'" + step + "'")
                        + (!there
                                ? " is not in the job"
                                : attempted == null ? " has not begun in this instance" : " is complete")
                        + "; only a step that has begun and is not complete can begin anew");
            }
        }
        return faults;
    }

    private List<DefinitionChange> changes(
            Original original, RecordedDefinition now, @Nullable String position, Map<String, StepSoFar> begun) {
        String digest = Objects.requireNonNull(original.definition());
        Optional<RecordedDefinition> ran = database.read(handle -> Definitions.find(handle, digest));
        if (ran.isPresent()) {
            return DefinitionChanges.between(ran.get(), now, position, begun);
        }
        return List.of(new DefinitionChange(
                true,
                "the definition that execution " + original.executionId()
                        + " ran is not the deployed one, and cannot be compared with it: its row in REPRISE_DEFINITION is"
                        + " gone or cannot be read"));
    }

    /** One for exactly this change, and this execution. */
    private static String token(Original original, RecordedDefinition now, List<DefinitionChange> harmful) {
        String texts = harmful.stream().map(DefinitionChange::text).collect(Collectors.joining("\n"));
        return RecordedDefinition.digest(
                        original.executionId() + "\n" + original.definition() + "\n" + now.digest() + "\n" + texts)
                .substring(0, 16);
    }

    private static Refusal definitionChanged(
            Original original, Subject subject, List<DefinitionChange> harmful, String token, boolean other) {
        List<String> texts = harmful.stream().map(DefinitionChange::text).toList();
        return new Refusal(
                Kind.DEFINITION_CHANGED,
                subject.jobName(),
                original.instanceId(),
                original.executionId(),
                null,
                texts,
                subject.label() + " does not restart: its definition is not the one that execution "
                        + original.executionId() + " ran, and a restart could repeat, lose or skip work. "
                        + String.join("; ", texts) + ". "
                        + (other ? "What was accepted is another change. " : "")
                        + "Deploy the definition that ran, or accept exactly this change ("
                        + WaysOut.ACCEPT_DEFINITION + "=" + token + "), or begin a step anew ("
                        + WaysOut.START_ANEW + "=<step>), or abandon the execution.",
                token);
    }

    private Map<String, Attempted> attempted(Original original) {
        Map<String, Attempted> byName = new HashMap<>();
        database.read(handle -> steps.attempted(handle, original.instanceId(), original.executionId()))
                .forEach(step -> byName.put(step.name(), step));
        return byName;
    }

    private static Map<String, StepSoFar> begun(Map<String, Attempted> before, List<String> anew) {
        Map<String, StepSoFar> begun = new HashMap<>();
        before.forEach((name, step) -> {
            if (!step.discarded() && !anew.contains(name)) {
                begun.put(name, step.soFar());
            }
        });
        return begun;
    }

    /** The same, but what begins anew has started as often as it has, which its start-limit counts. */
    private static Map<String, StepSoFar> soFar(Map<String, Attempted> before, List<String> anew) {
        Map<String, StepSoFar> all = new HashMap<>();
        before.forEach((name, step) -> all.put(
                name,
                step.discarded() || anew.contains(name)
                        ? new StepSoFar(false, null, step.starts(), 0, 0, false, false, false)
                        : step.soFar()));
        return all;
    }

    /**
     * What a restart that is not refused does with each step.
     *
     * @param job with the parameters of the restart in it
     */
    List<StepPlan> plan(JobModel job, Original original, Judgement judgement, Properties asked) {
        Map<String, Attempted> before = attempted(original);
        String given = asked.getProperty(JobModel.RESTART_POSITION);
        String position = judgement.fromTheHead() ? null : given == null ? original.position() : given;
        Map<String, StepSoFar> soFar = soFar(before, judgement.anew());
        JobGraph graph = job.graph();
        RestartWay way = RestartWay.of(graph, position, soFar);
        List<StepPlan> plan = new ArrayList<>();
        for (JobGraph.Node node : graph.nodes()) {
            StepDefinition step = node.step();
            if (step != null) {
                Attempted attempted = before.get(step.name());
                boolean closed = attempted == null
                        || attempted.isComplete()
                        || attempted.discarded()
                        || judgement.anew().contains(step.name());
                plan.add(plan(step, soFar.get(step.name()), closed ? null : attempted, way.to(step.name())));
            }
        }
        return plan;
    }

    private StepPlan plan(
            StepDefinition step, @Nullable StepSoFar soFar, @Nullable Attempted open, RestartWay.Reach reach) {
        if (RestartWay.skips(step, soFar)) {
            return new StepPlan(step.name(), Fate.SKIP, reach, null, 0, List.of());
        }
        if (RestartWay.isAtItsLimit(step, soFar)) {
            return new StepPlan(step.name(), Fate.AT_LIMIT, reach, null, 0, List.of());
        }
        if (open == null) {
            return new StepPlan(step.name(), Fate.RUN, reach, null, 0, List.of());
        }
        List<PartitionPlan> partitions = step.partitioned() && open.partitions() > 0 ? partitions(open) : List.of();
        if (!partitions.isEmpty()) {
            return new StepPlan(
                    step.name(),
                    Fate.RESUME,
                    reach,
                    "its partitions that are not complete",
                    open.commits(),
                    partitions);
        }
        Supplier<String> checkpoint = open.checkpoint();
        if (checkpoint == null) {
            return new StepPlan(step.name(), Fate.RUN, reach, null, open.commits(), List.of());
        }
        return new StepPlan(step.name(), Fate.RESUME, reach, checkpoint.get(), open.commits(), List.of());
    }

    private List<PartitionPlan> partitions(Attempted open) {
        return database.read(handle -> {
            StepsBefore.Plan planned = steps.plan(handle, open.id());
            Map<Integer, PartitionPlan> plans = new HashMap<>();
            if (!planned.hasRunNothing()) {
                steps.partitionStates(handle, planned, open.id())
                        .forEach(partition -> plans.putIfAbsent(partition.number(), planOf(partition)));
            }
            for (int number = 0; !plans.isEmpty() && number < planned.partitions(); number++) {
                plans.putIfAbsent(number, new PartitionPlan(number, Fate.RUN, null));
            }
            return plans.values().stream()
                    .sorted(java.util.Comparator.comparingInt(PartitionPlan::number))
                    .toList();
        });
    }

    private static PartitionPlan planOf(StepsBefore.PartitionState partition) {
        if (partition.complete()) {
            return new PartitionPlan(partition.number(), Fate.SKIP, null);
        }
        String checkpoint = partition.checkpoint();
        return checkpoint == null
                ? new PartitionPlan(partition.number(), Fate.RUN, null)
                : new PartitionPlan(partition.number(), Fate.RESUME, checkpoint);
    }

    /** What a restart of an execution goes past without running it. */
    public Skipped skipped(JobGraph graph, Original original) {
        Map<String, StepSoFar> soFar = soFar(attempted(original), List.of());
        RestartWay way = RestartWay.of(graph, original.position(), soFar);
        boolean jumps =
                original.position() != null && graph.node(original.position()).isPresent();
        Set<String> complete = new TreeSet<>();
        Set<String> past = new TreeSet<>();
        soFar.forEach((step, done) -> {
            if (done.complete()) {
                complete.add(step);
                RestartWay.Reach reach = way.to(step);
                if (reach == RestartWay.Reach.WILL || (jumps && reach == RestartWay.Reach.NOT)) {
                    past.add(step);
                }
            }
        });
        return new Skipped(complete, past);
    }
}
