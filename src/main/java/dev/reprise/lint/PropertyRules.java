package dev.reprise.lint;

import dev.reprise.job.JobDefinition;
import dev.reprise.job.JobDefinition.InvalidPropertyException;
import dev.reprise.job.JobXml;
import dev.reprise.job.PartitionPlace;
import dev.reprise.job.WriteSkip;
import dev.reprise.log.Shown;
import org.jberet.job.model.Job;
import org.jberet.job.model.Properties;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/** What can be said of the properties that a job and its steps have for the engine and for the repository. */
final class PropertyRules {

    private static final String LOCAL_TRANSACTIONS = "jberet.local-tx";

    private final Findings findings;

    PropertyRules(Findings findings) {
        this.findings = findings;
    }

    /** Whether the job says {@code reprise.identity=none}; not so where one of its properties makes no sense. */
    boolean judgeJob(Job job, JobXml.Element root) {
        judgeLocalTransactions(job.getProperties(), root, "the job");
        StepRules.judgeTimeout(
                job.getProperties(),
                root.children("properties").findFirst().orElse(root).line(),
                findings);
        try {
            return JobDefinition.of(job).identityNone();
        } catch (InvalidPropertyException e) {
            findings.error("property", Lines.ofProperty(root, e.property()), String.valueOf(e.getMessage()));
            return false;
        }
    }

    void judgeStep(Step step, JobXml.Element element) {
        judgeLocalTransactions(step.getProperties(), element, "step " + Shown.value(step.getId()));
        judgeSkips(step, element);
        judgePartitions(step, element);
    }

    private void judgeLocalTransactions(@Nullable Properties properties, JobXml.Element element, String whose) {
        String value = properties == null ? null : properties.getNameValues().get(LOCAL_TRANSACTIONS);
        if ("true".equalsIgnoreCase(value)) {
            findings.error(
                    "local-tx",
                    Lines.ofProperty(element, LOCAL_TRANSACTIONS),
                    LOCAL_TRANSACTIONS + " of " + whose
                            + " would commit chunks apart from their checkpoints, and so lose"
                            + " or repeat items. Remove the property");
        }
    }

    private void judgeSkips(Step step, JobXml.Element element) {
        String value = WriteSkip.value(step);
        String whose = WriteSkip.PROPERTY + " of step " + Shown.value(step.getId());
        if (WriteSkip.parse(value).isEmpty()) {
            findings.error(
                    "skip",
                    Lines.ofProperty(element, WriteSkip.PROPERTY),
                    whose + " is " + Shown.value(String.valueOf(value)) + ". Write 'item' (what cannot be written is"
                            + " skipped alone) or 'chunk' (its whole chunk is, as without the property)");
        } else if (value == null && step.getChunk() != null && step.getChunk().getSkippableExceptionClasses() != null) {
            findings.warning(
                    "skip",
                    Lines.ofPart(element, "chunk"),
                    "a skippable exception of the writer drops the whole chunk, the good items too. Say "
                            + WriteSkip.PROPERTY + "=item in the properties of step " + Shown.value(step.getId())
                            + " to skip the bad one alone, or =chunk if that is meant");
        }
    }

    private void judgePartitions(Step step, JobXml.Element element) {
        String place = PartitionPlace.value(step, PartitionPlace.PROPERTY);
        String whose = " of step " + Shown.value(step.getId());
        if (PartitionPlace.parse(place).isEmpty()) {
            findings.error(
                    "partitions",
                    Lines.ofProperty(element, PartitionPlace.PROPERTY),
                    PartitionPlace.PROPERTY + whose + " is " + Shown.value(String.valueOf(place))
                            + ". Write 'distributed' (any node of the application may run its partitions) or 'local' (the"
                            + " node that runs the step does, as without the property)");
        } else if (PartitionPlace.of(step) == PartitionPlace.DISTRIBUTED && step.getPartition() == null) {
            findings.error(
                    "partitions",
                    Lines.ofProperty(element, PartitionPlace.PROPERTY),
                    PartitionPlace.PROPERTY + whose + " is 'distributed', and the step has no partitions. Give it a"
                            + " <partition>, or remove the property");
        }
        String group = PartitionPlace.group(step);
        if (group != null && !PartitionPlace.isGroup(group)) {
            findings.error(
                    "partitions",
                    Lines.ofProperty(element, PartitionPlace.GROUP),
                    PartitionPlace.GROUP + whose + " is " + Shown.value(group)
                            + ". It is a group of nodes: 1 to 50 letters, digits, dots, dashes and underlines");
        }
        String most = PartitionPlace.value(step, PartitionPlace.MOST);
        if (most != null && !PartitionPlace.isNumber(most)) {
            findings.error(
                    "partitions",
                    Lines.ofProperty(element, PartitionPlace.MOST),
                    PartitionPlace.MOST + whose + " is " + Shown.value(most)
                            + ". It is how many of its partitions run at a time: a number from 1 to 999999");
        }
    }
}
