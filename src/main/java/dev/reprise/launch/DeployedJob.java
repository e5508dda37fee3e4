package dev.reprise.launch;

import dev.reprise.job.JobGraph;
import dev.reprise.lint.Finding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job of this deployment, for those who show it.
 *
 * @param identityNone whether each launch is a new instance (contract.md §2.6)
 * @param graph null if its XML cannot be read; then a finding says why
 * @param schema its parameter schema as it was written; null if it has none, or none that can be read
 * @param findings of the linter, by file and line
 */
public record DeployedJob(
        String name,
        boolean restartable,
        boolean identityNone,
        @Nullable JobGraph graph,
        @Nullable String schema,
        List<Finding> findings) {

    public DeployedJob {
        findings = List.copyOf(findings);
    }
}
