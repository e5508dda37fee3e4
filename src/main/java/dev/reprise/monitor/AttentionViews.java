package dev.reprise.monitor;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.history.History;
import dev.reprise.job.RecordedDefinition;
import dev.reprise.launch.DeployedJob;
import dev.reprise.launch.JobLauncher;
import dev.reprise.lint.Finding;
import dev.reprise.state.Acknowledgement;
import dev.reprise.state.ExecutionState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What needs a person: one matter for each job and cause, however many executions it has met. */
final class AttentionViews {

    /** How many matters are shown at once. */
    private static final int AT_ONCE = 100;

    /** Among how many of the newest executions that did not complete those are looked for that nothing came after. */
    private static final int LOOKED_AT = 1000;

    private static final int OF_A_MATTER = 10;

    /** Of files of the deployment: everybody may read what is wrong with them. */
    private static final Set<String> FILES = Set.of("broken", "schedule");

    /** Refused more often than that within a day is again and again. */
    private static final int REFUSED_OFTEN = 3;

    /** What is another one each time, though the cause is the same: numbers, times, ids, what stands in quotes. */
    private static final Pattern VARIES =
            Pattern.compile("\"[^\"]*\"|(?<!\\w)'[^']*'(?!\\w)|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\\d+(?:[.,:-]\\d+)*");

    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repositories;
    private final ExecutionViews executions;

    AttentionViews(JobLauncher launcher, Supplier<RepriseRepository> repositories, ExecutionViews executions) {
        this.launcher = launcher;
        this.repositories = repositories;
        this.executions = executions;
    }

    /**
     * What is shown of it.
     *
     * @param inAll how many matters there are
     * @param news how many of them nobody has acknowledged
     * @param whole false if more executions did not complete than were looked at
     */
    record Shown(List<View.Attention> matters, int inAll, int news, boolean whole) {}

    /** A matter as it is found, one execution after the other. */
    private static final class Matter {

        final String key;
        final String kind;
        final @Nullable String job;
        final String application;
        final @Nullable String exitStatus;
        final List<Long> newest = new ArrayList<>();
        String message;
        int count;
        int times;

        Matter(Subject subject, String message) {
            this.key = subject.key();
            this.kind = subject.kind();
            this.job = subject.job();
            this.application = subject.application();
            this.exitStatus = subject.exitStatus();
            this.message = message;
        }
    }

    /** What tells one matter from another. */
    private record Subject(
            String kind,
            String application,
            @Nullable String job,
            @Nullable String exitStatus,
            String cause) {

        String key() {
            return RecordedDefinition.digest(
                    String.join("\n", kind, application, String.valueOf(job), String.valueOf(exitStatus), cause));
        }
    }

    private static final class Matters {

        final Map<Subject, Matter> found = new LinkedHashMap<>();

        Matter add(String kind, String application, @Nullable String job, @Nullable String exitStatus, String message) {
            String cause = VARIES.matcher(message).replaceAll("…");
            Matter matter = found.computeIfAbsent(
                    new Subject(kind, application, job, exitStatus, cause), subject -> new Matter(subject, message));
            if (!matter.message.equals(message)) {
                matter.message = cause;
            }
            return matter;
        }

        void add(String kind, ExecutionState execution, String message) {
            Matter matter = add(kind, execution.application(), execution.job(), special(execution), message);
            matter.count++;
            if (matter.newest.size() < OF_A_MATTER) {
                matter.newest.add(execution.id());
            }
        }

        private static @Nullable String special(ExecutionState execution) {
            String exitStatus = execution.exitStatus();
            return exitStatus == null || exitStatus.isEmpty() || exitStatus.equals(execution.status())
                    ? null
                    : exitStatus;
        }
    }

    Shown all() {
        Matters matters = new Matters();
        boolean whole = find(matters);
        Map<String, Acknowledgement> known = repositories
                .get()
                .acknowledgements()
                .of(matters.found.values().stream().map(matter -> matter.key).toList());
        List<Matter> shown = matters.found.values().stream()
                .sorted(Comparator.comparing(matter -> known.containsKey(matter.key)))
                .limit(AT_ONCE)
                .toList();
        Map<Long, View.Execution> newest = views(shown.stream()
                .flatMap(matter -> matter.newest.stream().limit(1))
                .toList());
        return new Shown(
                shown.stream()
                        .map(matter -> view(matter, newest, known.get(matter.key)))
                        .toList(),
                matters.found.size(),
                matters.found.size() - known.size(),
                whole);
    }

    /** One of all, shown or not. */
    Optional<View.Attention> find(String key) {
        Matters matters = new Matters();
        find(matters);
        return matters.found.values().stream()
                .filter(matter -> matter.key.equals(key))
                .map(matter -> view(matter, Map.of(), null))
                .findFirst();
    }

    private boolean find(Matters matters) {
        findBroken(matters);
        findSchedules(matters);
        History.Looked unfinished = history().unfinished(LOOKED_AT);
        for (ExecutionState execution : unfinished.executions()) {
            String kind = switch (execution.status()) {
                case "STOPPED" -> "stopped";
                case "UNKNOWN" -> "unknown";
                default -> "failed";
            };
            matters.add(
                    kind,
                    execution,
                    execution.failure().isEmpty() ? "It is " + execution.status() + "." : execution.failure());
        }
        List<ExecutionState> remarkable = history().remarkable(LOOKED_AT);
        for (ExecutionState execution : remarkable) {
            matters.add("completed", execution, "It completed with an exit status of its own.");
        }
        for (AuditLog.Refused refused : repositories.get().audit().refused(REFUSED_OFTEN)) {
            Matter matter =
                    matters.add("refused", repositories.get().application(), refused.job(), null, refused.detail());
            matter.count++;
            matter.times += refused.times();
            if (refused.executionId() != null && matter.newest.size() < OF_A_MATTER) {
                matter.newest.add(refused.executionId());
            }
        }
        for (ExecutionState execution : history().recovered(LOOKED_AT)) {
            matters.add(
                    "recovered",
                    execution,
                    "It was restarted because the node, server or database of the execution before it went away.");
        }
        return unfinished.all() && remarkable.size() < LOOKED_AT;
    }

    private void findBroken(Matters matters) {
        for (String name : launcher.jobNames()) {
            launcher.deployed(name)
                    .map(AttentionViews::errors)
                    .filter(errors -> !errors.isEmpty())
                    .ifPresent(errors ->
                            matters.add("broken", repositories.get().application(), name, null, errors).count++);
        }
    }

    /** Those that cannot be used, and ticks that were not launched. */
    private void findSchedules(Matters matters) {
        String application = repositories.get().application();
        Scheduled scheduled = repositories.get().thisNode().scheduled();
        scheduled.broken().forEach((job, faults) -> matters.add("schedule", application, job, null, faults).count++);
        for (TickRow tick : scheduled.seen().undone(LOOKED_AT)) {
            String kind = tick.state().equals(TickRow.MISSED) ? "missed" : "unlaunched";
            String why = tick.why() == null ? "It was not launched." : tick.why();
            matters.add(kind, application, tick.job(), null, why).count++;
        }
    }

    /** Line by line; empty if a launch would find nothing wrong with it. */
    private static String errors(DeployedJob job) {
        String errors = job.findings().stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .map(finding -> finding.file() + ":" + finding.line() + ": " + finding.message())
                .collect(Collectors.joining("\n"));
        return errors.isEmpty() && job.graph() == null ? "Its job XML cannot be read." : errors;
    }

    private Map<Long, View.Execution> views(Collection<Long> ids) {
        return executions.all(history().executions(ids)).stream()
                .collect(Collectors.toMap(View.Execution::id, Function.identity()));
    }

    private View.Attention view(
            Matter matter, Map<Long, View.Execution> newest, @Nullable Acknowledgement acknowledgement) {
        return new View.Attention(
                matter.key,
                matter.kind,
                FILES.contains(matter.kind) ? matter.message : executions.shown(matter.message),
                matter.job,
                executions.another(matter.application),
                matter.exitStatus,
                matter.count,
                matter.newest,
                matter.newest.isEmpty() ? null : newest.get(matter.newest.get(0)),
                matter.times == 0 ? null : matter.times,
                acknowledgement);
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }
}
