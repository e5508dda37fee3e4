package dev.reprise.internal.engine.checks;

import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.checks.SelfTest.Check;
import dev.reprise.internal.engine.AttendedArtifacts;
import dev.reprise.internal.engine.JobElements;
import dev.reprise.internal.engine.row.EngineCounts;
import dev.reprise.internal.engine.stored.KeptValue;
import dev.reprise.internal.engine.stored.RestartCall;
import jakarta.batch.operations.JobStartException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.batch.runtime.context.JobContext;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jberet.creation.ArtifactCreationContext;
import org.jberet.job.model.ExceptionClassFilter;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.JobFactory;
import org.jberet.job.model.PropertyResolver;
import org.jberet.job.model.Step;
import org.jberet.job.model.StepBuilder;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.repository.JobRepository;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.AbstractContext;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.metric.StepMetrics;
import org.jberet.runtime.runner.AbstractRunner;
import org.jberet.runtime.runner.CompositeExecutionRunner;
import org.jberet.spi.ArtifactFactory;
import org.jberet.spi.BatchEnvironment;
import org.jspecify.annotations.Nullable;

/** What the repository relies on in the engine beyond the interface that it implements. */
public final class EngineChecks {

    private EngineChecks() {}

    /**
     * Tries all of it; to be called before a repository is made.
     *
     * @throws IllegalStateException if something without which jobs could be lost is not as it should be
     */
    public static void run() {
        SelfTest.run(ALL);
    }

    /** Each with the engine's own doing, in whose place a test has another. */
    public static final List<Check> ALL = List.of(
            SelfTest.essential(
                    "counts of a step can be watched",
                    () -> counts((metrics, type) -> metrics.increment(type, 1), StepMetrics::set)),
            SelfTest.essential("patterns of transitions are taken literally", () -> wildcards(Matching::match)),
            SelfTest.essential(
                    "a restart passes on what it was given",
                    () -> restart((operator, given) -> operator.restart(1, given))),
            SelfTest.essential("a stop is heard of", () -> stop(JobExecutionImpl::stop)),
            SelfTest.essential("a copy of a step has its exit status", () -> exitStatus(PartitionExecutionImpl::new)),
            SelfTest.essential("an execution has a copy of its job", () -> copyOfJob(JobFactory::cloneJob)),
            SelfTest.essential("artifacts can be attended", () -> attended(AttendedArtifacts::replaceFactory)),
            SelfTest.essential("values can be kept", () -> ValueChecks.kept(KeptValue::of)),
            SelfTest.essential("failures can be judged", () -> ValueChecks.filters(ExceptionClassFilter::matches)),
            SelfTest.essential("expressions can be resolved beforehand", () -> expressions(EngineChecks::resolve)),
            SelfTest.useful(
                    "a thread knows whose artifacts it makes",
                    () -> artifacts(ArtifactCreationContext::removeCurrentArtifactCreationContext)));

    /**
     * What is wrong with how the engine counts; null if nothing is.
     *
     * @param increment by one
     * @param set what {@link dev.reprise.item.WriteSkips} counts with; not an event
     */
    public static @Nullable String counts(BiConsumer<StepMetrics, MetricType> increment, Counter set) {
        StepExecutionImpl execution = new StepExecutionImpl("");
        StepMetrics metrics = execution.getStepMetrics();
        Set<MetricType> seen = EnumSet.noneOf(MetricType.class);
        EngineCounts.watch(metrics, seen::add);
        for (MetricType type : EngineCounts.WATCHED) {
            set.set(metrics, type, 7);
            if (seen.contains(type)) {
                return type + " is counted as it happens where it is only set";
            }
            increment.accept(metrics, type);
            if (!seen.contains(type) || metrics.get(type) != 8) {
                return type + " is not counted where it was watched";
            }
        }
        return null;
    }

    /** Sets a count. */
    @FunctionalInterface
    public interface Counter {
        void set(StepMetrics metrics, MetricType type, long value);
    }

    /** The engine's own, which is for its subclasses. */
    private abstract static class Matching extends AbstractRunner<AbstractContext> {

        @SuppressWarnings("UnusedMethod") // none is ever made
        private Matching(AbstractContext context, CompositeExecutionRunner<?> around) {
            super(context, around);
        }

        static boolean match(String exitStatus, String on) {
            return AbstractRunner.matches(exitStatus, on);
        }
    }

    public static @Nullable String wildcards(BiPredicate<String, String> engine) {
        record Example(String exitStatus, String on, boolean matches) {}
        for (Example example : List.of(
                new Example("a.b", "a.b", true),
                new Example("axb", "a.b", false),
                new Example("a.bcd\ne", "a.b*", true),
                new Example("axbc", "a.b*", false),
                new Example("a{2}", "a{?}", true),
                new Example("aa", "a{?}", false),
                new Example("(?)", "(*)", true),
                new Example("anything\nat all", "*", true),
                new Example("ab", "?", false))) {
            if (engine.test(example.exitStatus(), JobElements.asTheEngineReads(example.on())) != example.matches()) {
                return "'" + example.on() + "' " + (example.matches() ? "does not match" : "matches") + " '"
                        + example.exitStatus() + "'";
            }
        }
        return null;
    }

    /** Restarts an execution with an operator. */
    @FunctionalInterface
    public interface Restart {
        void with(AbstractJobOperator operator, Properties given);
    }

    /** The engine asks the repository for the execution, and gives it the parameters then. */
    @SuppressWarnings("JavaUtilDate") // the engine's
    public static @Nullable String restart(Restart restart) {
        Job job = job();
        JobInstanceImpl instance = new JobInstanceImpl(job, "", job.getId());
        Date now = new Date(0);
        JobExecutionImpl failed =
                new JobExecutionImpl(instance, 1, null, now, now, now, now, BatchStatus.FAILED.name(), "", null);
        List<Boolean> asked = new ArrayList<>();
        List<@Nullable Object> passedOn = new ArrayList<>();
        JobRepository repository = proxy(JobRepository.class, (self, method, arguments) -> switch (method.getName()) {
            case "getJobExecution" -> {
                asked.add(RestartCall.asks());
                yield failed;
            }
            case "getJobExecutions" -> List.<JobExecution>of(failed);
            case "createJobExecution" -> {
                passedOn.add(arguments[1]);
                throw new JobStartException("enough is known");
            }
            default -> null;
        });
        TransactionManager none = proxy(TransactionManager.class, (self, method, arguments) -> null);
        BatchEnvironment environment =
                proxy(BatchEnvironment.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getJobRepository" -> repository;
                    case "getTransactionManager" -> none;
                    default -> null;
                });
        Properties given = new Properties();
        try {
            restart.with(
                    new AbstractJobOperator() {
                        @Override
                        public BatchEnvironment getBatchEnvironment() {
                            return environment;
                        }
                    },
                    given);
        } catch (RuntimeException e) {
            if (passedOn.isEmpty()) {
                return "it ends with " + e;
            }
        }
        if (!asked.contains(true)) {
            return "it is not known by its call for the execution";
        }
        return passedOn.size() == 1 && passedOn.get(0) == given ? null : "it passes on other parameters";
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(EngineChecks.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    public static @Nullable String stop(Consumer<JobExecutionImpl> stop) {
        Job job = job();
        JobExecutionImpl execution = new JobExecutionImpl(new JobInstanceImpl(job, "", job.getId()), new Properties());
        List<Long> heard = new ArrayList<>();
        execution.registerJobStopNotifier(heard::add);
        stop.accept(execution);
        return heard.size() == 1 ? null : "it comes " + heard.size() + " times";
    }

    public static @Nullable String exitStatus(UnaryOperator<AbstractStepExecution> copy) {
        for (String said : new String[] {null, "SAID"}) {
            AbstractStepExecution ended = new PartitionExecutionImpl(new StepExecutionImpl(""));
            if (said != null) {
                ended.setExitStatus(said);
            }
            ended.setBatchStatus(BatchStatus.COMPLETED);
            AbstractStepExecution copied = copy.apply(ended);
            copied.setBatchStatus(BatchStatus.STARTED);
            if (said == null ? copied.getExitStatus() != null : !said.equals(copied.getExitStatus())) {
                return "where " + said + " was said the copy has " + copied.getExitStatus();
            }
        }
        return null;
    }

    /** What is changed in it is changed there alone. */
    public static @Nullable String copyOfJob(UnaryOperator<Job> copy) {
        Job job = job();
        Step copied = (Step) copy.apply(job).getJobElements().get(0);
        copied.getTransitionElements().get(0).setOn("changed");
        String on = ((Step) job.getJobElements().get(0))
                .getTransitionElements()
                .get(0)
                .getOn();
        return "DONE".equals(on) ? null : "a transition of the copy is the job's own";
    }

    /** The context of a job asks the factory that it was given last. */
    public static @Nullable String attended(BiConsumer<JobContextImpl, ArtifactFactory> replace) {
        List<String> made = new ArrayList<>();
        ArtifactFactory replaced = proxy(ArtifactFactory.class, (self, method, arguments) -> "its own");
        ArtifactFactory attending = proxy(ArtifactFactory.class, (self, method, arguments) -> {
            made.add(String.valueOf(arguments[0]));
            return "attended";
        });
        JobContextImpl context = context(replaced);
        replace.accept(context, attending);
        ArtifactCreationContext before = ArtifactCreationContext.getCurrentArtifactCreationContext();
        JobContextImpl itsJob = (JobContextImpl) before.getJobContext();
        StepContextImpl itsStep = (StepContextImpl) before.getStepContext();
        var itsProperties = before.getProperties();
        context.clone().createArtifact("nothing", null, null);
        ArtifactCreationContext.resetArtifactCreationContext(itsJob, itsStep, itsProperties);
        return made.equals(List.of("nothing")) ? null : "they are made elsewhere";
    }

    private static JobContextImpl context(ArtifactFactory factory) {
        Job job = job();
        BatchEnvironment environment = proxy(
                BatchEnvironment.class,
                (self, method, arguments) ->
                        method.getReturnType() == ClassLoader.class ? EngineChecks.class.getClassLoader() : null);
        return new JobContextImpl(
                new JobExecutionImpl(new JobInstanceImpl(job, "", job.getId()), new Properties()),
                null,
                factory,
                proxy(JobRepository.class, (self, method, arguments) -> null),
                environment);
    }

    private static void resolve(Job job, Properties parameters) {
        PropertyResolver resolver = new PropertyResolver();
        resolver.setJobParameters(parameters);
        resolver.resolve(job);
    }

    public static @Nullable String expressions(BiConsumer<Job, Properties> resolve) {
        Job job = job();
        Properties parameters = new Properties();
        parameters.setProperty("where", "nowhere");
        resolve.accept(job, parameters);
        String next = ((Step) job.getJobElements().get(0)).getAttributeNext();
        return "nowhere".equals(next) ? null : "a parameter is resolved to " + next;
    }

    public static @Nullable String artifacts(Runnable remove) {
        Supplier<@Nullable JobContext> current = () ->
                ArtifactCreationContext.getCurrentArtifactCreationContext().getJobContext();
        if (current.get() != null) {
            return null; // an artifact opens the repository: so the thread knows
        }
        ArtifactCreationContext.resetArtifactCreationContext(
                context(proxy(ArtifactFactory.class, (self, method, arguments) -> null)), null, null);
        try {
            if (current.get() == null) {
                return "the thread does not know whose they are";
            }
            remove.run();
            return current.get() == null ? null : "it is not forgotten";
        } finally {
            ArtifactCreationContext.removeCurrentArtifactCreationContext();
        }
    }

    private static Job job() {
        return new JobBuilder("self-test")
                .step(new StepBuilder("only")
                        .batchlet("nothing")
                        .next("#{jobParameters['where']}")
                        .endOn("DONE")
                        .exitStatus()
                        .build())
                .build();
    }
}
