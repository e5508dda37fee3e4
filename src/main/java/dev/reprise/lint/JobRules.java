package dev.reprise.lint;

import dev.reprise.job.JobFiles;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobXml;
import dev.reprise.lint.JobXsd.Violation;
import dev.reprise.log.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/** All rules, asked of the XML of one job as far as it can be read. */
final class JobRules {

    /** Those after them mostly come from the first ones. */
    private static final int MOST_VIOLATIONS = 20;

    /** How the engine's messages name a place. */
    private static final Pattern PLACE =
            Pattern.compile(" ?(?:at location )?Line number = (\\d+).*?CharacterOffset = -?\\d+", Pattern.DOTALL);

    private final ClassLoader application;
    private final Surroundings surroundings;
    private final String shownFolder;
    private final Findings findings;

    /** @param shownFolder where the job's files are, as findings name it */
    JobRules(ClassLoader application, Surroundings surroundings, String shownFolder, Findings findings) {
        this.application = application;
        this.surroundings = surroundings;
        this.shownFolder = shownFolder;
        this.findings = findings;
    }

    /**
     * Judges a job.
     *
     * @param name of its file, without {@code .xml}
     * @return whether it says {@code reprise.identity=none}
     */
    boolean judge(String name, byte[] xml) {
        JobXml.Element root;
        try {
            root = JobXml.read(xml);
        } catch (JobXml.Unreadable e) {
            findings.error("xml", e.line(), e.getMessage());
            return false;
        }
        boolean valid = judgeForm(root);
        IdRules ids = new IdRules(findings);
        String id = root.attribute("id").orElse(name);
        ids.judgeJob(name, id, root);
        ArtifactRules artifacts = new ArtifactRules(application, surroundings, findings);
        artifacts.judgeRefs(root);
        artifacts.judgeExceptions(root);
        new ParameterRules(application, shownFolder, findings).judge(id, root);
        new ScheduleRules(application, surroundings.unjudged(), shownFolder, findings).judge(id);
        Job job = load(name, root, valid);
        if (job == null) {
            return false;
        }
        PropertyRules properties = new PropertyRules(findings);
        boolean identityNone = properties.judgeJob(job, root);
        List<Step> steps = steps(job.getJobElements());
        Lines lines = new Lines(root);
        for (Step step : steps) {
            JobXml.Element element = lines.element(step.getId());
            properties.judgeStep(step, element);
            if (job.getRestartableBoolean()) {
                artifacts.judgeCheckpoint(step, tag -> Lines.ofPart(element, tag));
            }
            artifacts.judgeDataSource(step, tag -> Lines.ofPart(element, tag));
            new StepRules(step, tag -> Lines.ofPart(element, tag), findings).judge();
        }
        JobGraph graph = JobGraph.of(job);
        ids.judgeSteps(graph, steps, lines);
        new GraphRules(graph, lines, surroundings.threads(), findings).judge();
        return identityNone;
    }

    /** Whether it is as the schema of job XML says. */
    private boolean judgeForm(JobXml.Element root) {
        List<Violation> violations = JobXsd.violations(root);
        for (Violation violation : violations.subList(0, Math.min(MOST_VIOLATIONS, violations.size()))) {
            findings.error(
                    "schema",
                    violation.line(),
                    "it is not as jobXML_2_0.xsd says. " + Shown.text(violation.what(), 300));
        }
        return violations.isEmpty();
    }

    /**
     * The engine's model, with all that is inherited.
     *
     * @param valid whether the XML is as the schema says; if not, that is the reason why the engine cannot read it
     */
    private @Nullable Job load(String name, JobXml.Element root, boolean valid) {
        try {
            return new JobFiles(application).load(name);
        } catch (RuntimeException e) {
            if (valid) {
                unloadable(e.getCause() == null ? e : e.getCause(), root);
            }
            return null;
        }
    }

    private void unloadable(Throwable reason, JobXml.Element root) {
        if (reason instanceof NullPointerException || reason instanceof ClassCastException) {
            findings.error(
                    "xml",
                    root.line(),
                    "it inherits from an element that is not there, or is of another kind. Correct parent and jsl-name");
            return;
        }
        String message = String.valueOf(reason.getMessage());
        Matcher place = PLACE.matcher(message);
        int line = place.find() ? Integer.parseInt(place.group(1)) : root.line();
        findings.error(
                "xml",
                line,
                "the engine cannot read it: "
                        + Shown.text(
                                place.replaceAll("").replaceAll("\\s+", " ").strip(), 300)
                        + ". Mend that, or what it inherits");
    }

    private static List<Step> steps(List<? extends JobElement> elements) {
        List<Step> steps = new ArrayList<>();
        for (JobElement element : elements) {
            if (element instanceof Step step && !step.isAbstract()) {
                steps.add(step);
            } else if (element instanceof Flow flow && !flow.isAbstract()) {
                steps.addAll(steps(flow.getJobElements()));
            } else if (element instanceof Split split) {
                steps.addAll(steps(split.getFlows()));
            }
        }
        return steps;
    }
}
