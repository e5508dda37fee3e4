package dev.reprise.operate;

import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.firing.KnownTicks;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.internal.store.ScheduleRow;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRows.Decided;
import dev.reprise.launch.JobLauncher;
import dev.reprise.schedule.Backfill;
import dev.reprise.schedule.Backfill.Planned;
import dev.reprise.schedule.InvalidScheduleException;
import dev.reprise.schedule.InvalidScheduleException.Fault;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.Outlook;
import dev.reprise.schedule.ScheduleRefusedException;
import dev.reprise.schedule.ScheduleRefusedException.Kind;
import dev.reprise.schedule.ScheduleState;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickRecord;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of this deployment: what they have done and are about to do, and what people do about it, with the roles of a
 * launch and on record. Inject it. Thread-safe.
 *
 * <p>Every method throws {@link ScheduleRefusedException} where a job has no schedule that can be used, and those that change
 * something {@link dev.reprise.access.AccessDeniedException} as {@link JobLauncher} does. Times are those of the database.
 */
@ApplicationScoped
public class Schedules {

    /** How many ticks {@link #explain} tells at most. */
    public static final int MOST_EXPLAINED = 1_000;

    private static final String AFTER_ALL = "9999-12-31T23:59";

    private final Supplier<RepriseRepository> repositories;
    private final JobLauncher launcher;

    @Inject
    public Schedules(Supplier<RepriseRepository> repositories, JobLauncher launcher) {
        this.repositories = repositories;
        this.launcher = launcher;
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Schedules() {
        this.repositories = null;
        this.launcher = null;
    }

    private Scheduled scheduled() {
        return repositories.get().thisNode().scheduled();
    }

    private DeployedSchedules deployed() {
        return scheduled()
                .deployed()
                .orElseGet(() -> new DeployedSchedules(
                        EngineOperator.jobNames(), job -> EngineOperator.classLoader(), List.of()));
    }

    /** All schedules by job, those that cannot be used included. */
    public List<ScheduleState> list() {
        DeployedSchedules deployed = deployed();
        TreeSet<String> jobs = new TreeSet<>(deployed.all().keySet());
        jobs.addAll(deployed.broken().keySet());
        Map<String, ScheduleRow> rows = new HashMap<>();
        scheduled().schedules().all().forEach(row -> rows.put(row.job(), row));
        Map<String, TickRow> last = new HashMap<>();
        scheduled().seen().last().forEach(row -> last.put(row.job(), row));
        return jobs.stream()
                .map(job -> state(deployed, job, rows.get(job), last.get(job)))
                .toList();
    }

    /** The schedule of a job; empty if it has none. */
    public Optional<ScheduleState> find(String job) {
        DeployedSchedules deployed = deployed();
        return deployed.find(job).isPresent() || deployed.broken().containsKey(job)
                ? Optional.of(state(
                        deployed,
                        job,
                        scheduled().schedules().find(job).orElse(null),
                        scheduled().seen().last(job).orElse(null)))
                : Optional.empty();
    }

    private static ScheduleState state(
            DeployedSchedules deployed, String job, @Nullable ScheduleRow row, @Nullable TickRow last) {
        JobSchedule schedule = deployed.find(job).orElse(null);
        InvalidScheduleException broken = deployed.broken().get(job);
        ScheduleRow.Pause pause = row == null ? null : row.pause();
        return new ScheduleState(
                job,
                schedule == null ? null : schedule.cron(),
                schedule == null ? null : schedule.zone().getId(),
                schedule == null || row == null ? null : row.next(),
                pause == null ? null : new ScheduleState.Pause(pause.at(), pause.by(), pause.why()),
                last == null ? null : KnownTicks.told(last),
                broken == null
                        ? List.of()
                        : broken.faults().stream().map(Fault::toString).toList());
    }

    /**
     * The ticks of a job of which something is known, newest first: those that have come up, and of those to come what somebody
     * has skipped or run.
     *
     * @param before the first has a nominal time before this one; null for the newest
     * @param limit how many at most, from 1 on
     */
    public List<TickRecord> ticks(String job, @Nullable LocalDateTime before, int limit) {
        return scheduled().seen().newest(job, before == null ? AFTER_ALL : KnownTicks.nominal(before), limit).stream()
                .map(KnownTicks::told)
                .toList();
    }

    /**
     * What a schedule is about to do.
     *
     * @param ticks how many of those to come, from 1 to {@value #MOST_EXPLAINED}
     */
    public Outlook explain(String job, int ticks) {
        if (ticks < 1 || ticks > MOST_EXPLAINED) {
            throw new IllegalArgumentException(
                    "Of " + ticks + " ticks nothing can be told; ask for 1 to " + MOST_EXPLAINED + ".");
        }
        JobSchedule schedule = schedule(job);
        List<TickRecord> unfinished = scheduled().ticks().standing(job, AFTER_ALL).stream()
                .map(KnownTicks::told)
                .filter(tick -> !tick.state().isEnded())
                .sorted(Comparator.comparing(TickRecord::nominal))
                .toList();
        return new Outlook(unfinished, new ComingTicks(scheduled()).decided(schedule, ticks), paused(job));
    }

    private Optional<String> paused(String job) {
        return scheduled().schedules().find(job).map(ScheduleRow::pause).map(ScheduleRow.Pause::toString);
    }

    private JobSchedule schedule(String job) {
        DeployedSchedules deployed = deployed();
        InvalidScheduleException broken = deployed.broken().get(job);
        if (broken != null) {
            throw new ScheduleRefusedException(
                    Kind.NO_SCHEDULE, "The schedule of '" + job + "' cannot be used: " + broken.getMessage());
        }
        return deployed.find(job)
                .orElseThrow(() -> new ScheduleRefusedException(
                        Kind.NO_SCHEDULE,
                        "The job '" + job + "' has no schedule here. There are schedules of "
                                + (deployed.all().isEmpty()
                                        ? "no job"
                                        : String.join(", ", deployed.all().keySet()))
                                + "."));
    }

    /** @param detail what the record says of it */
    private <T> T change(Action action, String job, String detail, Supplier<T> work) {
        RepriseRepository repository = repositories.get();
        Subject subject = Subject.ofJob(job);
        T done = repository
                .access()
                .change(
                        JobLauncher.actionOf(action, job),
                        subject,
                        work,
                        its -> subject,
                        its -> detail.isEmpty() ? action.word() : detail);
        repository.thisNode().scheduled().changed();
        return done;
    }

    private String caller() {
        return repositories.get().access().caller().map(its -> its.user()).orElse("the application");
    }

    /**
     * Launches nothing of a schedule any more: the ticks that come are skipped, and those that wait stay.
     *
     * @param why for those who see it; may be empty
     * @throws ScheduleRefusedException if it is paused already
     */
    public ScheduleState pause(String job, String why) {
        schedule(job);
        return change(Action.PAUSE, job, why, () -> {
            if (!scheduled()
                    .schedules()
                    .pause(job, caller(), why, scheduled().schedules().now())) {
                throw new ScheduleRefusedException(
                        Kind.NOT_NOW,
                        "The schedule of '" + job + "' "
                                + paused(job)
                                        .map(by -> "is paused already, " + by + ". Resume it, or leave it.")
                                        .orElse("has not begun on any node yet. Pause it in a moment."));
            }
            return find(job).orElseThrow();
        });
    }

    /**
     * Ends a pause: what waits goes on, and what comes is launched.
     *
     * @throws ScheduleRefusedException if it is not paused
     */
    public ScheduleState resume(String job) {
        schedule(job);
        return change(Action.RESUME, job, "", () -> {
            if (!scheduled().schedules().resume(job, scheduled().schedules().now())) {
                throw new ScheduleRefusedException(
                        Kind.NOT_NOW, "The schedule of '" + job + "' is not paused, so it goes on anyway.");
            }
            return find(job).orElseThrow();
        });
    }

    /**
     * Launches a tick now, whatever it waits for, and whether or not the schedule is paused: one to come, too, which is not
     * launched again then; one that failed goes on where it stopped.
     *
     * @param nominal its nominal time
     * @return the execution
     * @throws dev.reprise.state.LaunchRefusedException as every launch does
     */
    public JobExecution runNow(String job, LocalDateTime nominal) {
        Tick tick = tick(job, nominal);
        return new RunNow(scheduled(), deployed().home(job), launcher).launch(job, tick, caller());
    }

    private Tick tick(String job, LocalDateTime nominal) {
        JobSchedule schedule = schedule(job);
        if (!schedule.ticks().has(nominal)) {
            throw new ScheduleRefusedException(
                    Kind.NO_TICK,
                    "The schedule of '" + job + "' (" + schedule.cron() + ", "
                            + schedule.zone().getId()
                            + ") has no tick " + nominal + ". Its next ones are "
                            + String.join(
                                    ", ",
                                    new ComingTicks(scheduled())
                                            .of(schedule, 3).stream()
                                                    .map(tick -> tick.nominal().toString())
                                                    .toList())
                            + ".");
        }
        return schedule.ticks().of(nominal);
    }

    private static Decided decided(Tick tick, String state, String why) {
        return new Decided(KnownTicks.nominal(tick.nominal()), tick.due(), state, why);
    }

    /**
     * Leaves a tick out that has not been launched: one to come, or one that waits.
     *
     * @param nominal its nominal time
     * @param why for those who see it; may be empty
     * @throws ScheduleRefusedException if it was launched, or is decided otherwise already
     */
    public TickRecord skip(String job, LocalDateTime nominal, String why) {
        Tick tick = tick(job, nominal);
        return change(Action.SKIP, job, "tick " + nominal + (why.isEmpty() ? "" : ": " + why), () -> {
            String because = "by " + caller() + (why.isEmpty() ? "" : ": " + why);
            Scheduled scheduled = scheduled();
            TickRow row = scheduled
                    .ticks()
                    .skip(
                            job,
                            decided(tick, TickRow.SKIPPED, because),
                            scheduled.schedules().now())
                    .orElseThrow();
            if (!row.state().equals(TickRow.SKIPPED) || !Objects.equals(row.why(), because)) {
                TickRecord known = KnownTicks.told(row);
                throw new ScheduleRefusedException(
                        Kind.NOT_NOW,
                        "The tick " + nominal + " of '" + job + "' cannot be skipped: it is "
                                + known.state()
                                + (known.execution() == null ? "" : ", execution " + known.execution())
                                + (known.why() == null ? "" : " (" + known.why() + ")") + ".");
            }
            scheduled.schedules().lookAgain(job, scheduled.schedules().now());
            return KnownTicks.told(row);
        });
    }

    /**
     * What would happen to each tick of a backfill, in order, without doing it.
     *
     * @throws IllegalArgumentException if these are more than {@value Backfill#MOST}
     */
    public List<Planned> explain(String job, Backfill backfill) {
        return new BackfillPlan(scheduled(), schedule(job), backfill).planned();
    }

    /**
     * Runs ticks of the past. They are launched in the order of the plan, as many at once as it says, by whichever node; each goes
     * on being known as a tick of the schedule, and one that fails keeps nothing else waiting.
     *
     * @return what {@link #explain(String, Backfill)} says
     * @throws IllegalArgumentException if these are more than {@value Backfill#MOST}
     */
    public List<Planned> backfill(String job, Backfill backfill) {
        BackfillPlan plan = new BackfillPlan(scheduled(), schedule(job), backfill);
        return change(Action.BACKFILL, job, plan.toString(), () -> plan.begin(caller()));
    }
}
