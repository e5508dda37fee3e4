package dev.reprise.internal.store;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Text;
import dev.reprise.state.NodeIdentity;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for an execution, and what for.
 *
 * @param node that is to run it; {@link NodeIdentity#none} if any may
 * @param recoveries how many restarts by recovery led to it, one right after the other
 * @param definition the digest of what it runs
 * @param fromTheHead whether a restart begins at the first element, whatever position is recorded
 * @param anew the steps that a restart begins anew
 * @param token by which its own record is known
 */
public record Launch(
        String jobName,
        JobParameters parameters,
        NodeIdentity node,
        @Nullable String submitter,
        int recoveries,
        @Nullable String definition,
        boolean fromTheHead,
        List<String> anew,
        long token) {

    private static final SecureRandom TOKENS = new SecureRandom();

    /** With a token that no other launch has. */
    public Launch(
            String jobName,
            JobParameters parameters,
            NodeIdentity node,
            @Nullable String submitter,
            int recoveries,
            @Nullable String definition,
            boolean fromTheHead,
            List<String> anew) {
        this(jobName, parameters, node, submitter, recoveries, definition, fromTheHead, anew, TOKENS.nextLong());
    }

    /**
     * What the insert of an execution asks for.
     *
     * @param original the execution that is restarted, if one is
     */
    Map<String, @Nullable Object> bindings(OptionalLong original) {
        Map<String, @Nullable Object> bindings = new HashMap<>();
        bindings.put("job", jobName);
        bindings.put("application", node.application());
        bindings.put("submitter", submitter == null ? null : Text.fit(submitter, Text.SUBMITTER_COLUMN));
        bindings.put("node", node.name());
        bindings.put("token", token);
        bindings.put("definition", definition);
        if (original.isPresent()) {
            bindings.put("original", original.getAsLong());
            bindings.put("recoveries", recoveries);
            bindings.put("fromTheHead", fromTheHead ? 1 : 0);
        }
        return bindings;
    }
}
