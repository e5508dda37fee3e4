package dev.reprise.lint;

import dev.reprise.job.JobFiles;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobXml;
import dev.reprise.log.Shown;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.Partition;
import org.jberet.job.model.PartitionPlan;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/** What can be said of the ids of a job and its steps: whether they can be recorded, and found again. */
final class IdRules {

    /** What the columns of names hold. */
    static final int LONGEST = 100;

    /** How many partitions it makes is not known before it runs: room for a thousand. */
    private static final int DIGITS_OF_A_MAPPER = 3;

    private final Findings findings;

    IdRules(Findings findings) {
        this.findings = findings;
    }

    /** @param name of its file, without {@code .xml} */
    void judgeJob(String name, String id, JobXml.Element root) {
        if (!name.equals(id)) {
            findings.error(
                    "file-name",
                    root.line(),
                    "the job's id is " + Shown.value(id) + ", but its file is " + Shown.text(name + JobFiles.XML)
                            + ", and after a crash a restart would not find it. Give both one name");
        }
        if (id.length() > LONGEST) {
            findings.error(
                    "id-length",
                    root.line(),
                    "the id of the job has " + id.length() + " characters, and " + LONGEST
                            + " can be recorded. Shorten it to " + LONGEST);
        }
    }

    void judgeSteps(JobGraph graph, List<Step> steps, Lines lines) {
        Map<String, Step> byId = new HashMap<>();
        steps.forEach(step -> byId.put(step.getId(), step));
        graph.nodes().forEach(node -> judgeStep(node, byId.get(node.id()), lines));
    }

    private void judgeStep(Node node, @Nullable Step step, Lines lines) {
        if (node.step() == null) {
            return;
        }
        int suffix = node.step().partitioned() ? ":partition".length() + digitsOfPartitions(step) : 0;
        if (node.id().length() + suffix > LONGEST) {
            findings.error(
                    "id-length",
                    lines.of(node),
                    "the id of step " + Shown.value(node.id()) + " has "
                            + node.id().length() + " characters, and " + LONGEST + " can be recorded"
                            + (suffix == 0 ? "" : ", less " + suffix + " for ':partition' and its number")
                            + ". Shorten it to " + (LONGEST - suffix));
        }
    }

    /** With how many digits the largest number of a partition is written; where that is not known, room for many. */
    private static int digitsOfPartitions(@Nullable Step step) {
        Partition partition = step == null ? null : step.getPartition();
        PartitionPlan plan = partition == null ? null : partition.getPlan();
        String partitions = plan == null ? null : plan.getPartitions();
        return partitions != null && partitions.matches("[1-9]\\d{0,8}")
                ? String.valueOf(Integer.parseInt(partitions) - 1).length()
                : DIGITS_OF_A_MAPPER;
    }
}
