package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.flow.ReferenceInterpreter.Observed;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.StepState;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Random jobs do in the engine, on our repository, what the specification says, also when they are restarted. */
class FlowPropertyTest {

    private static final String JOB = "random";
    private static final int RESTARTS = 3;

    private static final ScriptedArtifacts SCRIPTED = TestBatch.SCRIPTED;
    private static final InProcessBatch BATCH = TestBatch.BATCH;

    private static int instances;

    @BeforeContainer
    static void open() {
        ExpectedFailures.hide();
        BATCH.open();
    }

    @AfterContainer
    static void close() {
        BATCH.close();
        ExpectedFailures.show();
    }

    @Property(tries = 150)
    void doWhatTheSpecificationSays(@ForAll("jobs") ScriptedJob job) {
        ReferenceInterpreter interpreter = new ReferenceInterpreter(job);
        BATCH.define(job.forTheEngine(JOB));
        SCRIPTED.play(job.scripts());
        LaunchRequest request = LaunchRequest.of(JOB).with("instance", String.valueOf(++instances));

        List<Observed> expected = new ArrayList<>();
        List<Observed> actual = new ArrayList<>();
        do {
            Observed specified = interpreter.run();
            expected.add(specified);
            actual.add(comparable(job, specified, BATCH.run(request)));
        } while (expected.equals(actual)
                && expected.get(expected.size() - 1).status() != BatchStatus.COMPLETED
                && expected.size() <= RESTARTS);

        assertThat(actual).as("the executions of %s", job).isEqualTo(expected);
    }

    @Provide
    Arbitrary<ScriptedJob> jobs() {
        return ScriptedJobs.any();
    }

    private static Observed comparable(ScriptedJob job, Observed specified, JobRun run) {
        Map<String, String> steps = new TreeMap<>();
        for (StepState step : run.steps()) {
            steps.put(step.name(), step.status() + " " + step.exitStatus());
        }
        List<String> trace = SCRIPTED.takeTrace().stream()
                .map(event -> specifiedForm(event, specified.trace()))
                .toList();
        return new Observed(
                isInterleavingOf(job, trace, specified.trace()) ? specified.trace() : trace,
                run.status(),
                specified.exitStatus().equals(ReferenceInterpreter.UNSPECIFIED)
                        ? ReferenceInterpreter.UNSPECIFIED
                        : String.valueOf(run.exitStatus()),
                steps);
    }

    /** What a decider was given counts where it is specified. */
    private static String specifiedForm(String event, List<String> specified) {
        return specified.stream()
                .filter(other -> id(other).equals(id(event)) && other.contains(ReferenceInterpreter.UNSPECIFIED))
                .findFirst()
                .orElse(event);
    }

    /** Whether it is the same, but for what happens in several flows of a split at once. */
    private static boolean isInterleavingOf(ScriptedJob job, List<String> trace, List<String> specified) {
        if (!trace.stream().sorted().toList().equals(specified.stream().sorted().toList())) {
            return false;
        }
        for (int i = 0; i < specified.size(); i++) {
            for (int j = i + 1; j < specified.size(); j++) {
                String first = specified.get(i);
                String then = specified.get(j);
                if (trace.indexOf(first) > trace.indexOf(then) && !job.areParallel(id(first), id(then))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String id(String event) {
        int parameters = event.indexOf('(');
        return parameters < 0 ? event : event.substring(0, parameters);
    }
}
