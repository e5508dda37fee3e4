package dev.reprise.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.access.AccessDeniedException;
import dev.reprise.internal.store.Requests.Answer;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobSecurityException;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What goes between two nodes as text: details of a request, and what became of it, so that the asker throws what it would
 * have thrown had it been asked itself. The other one may be of another version.
 */
final class Replies {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String DONE = "done";
    private static final String REFUSED = "refused";
    private static final String DENIED = "denied";
    private static final String NO_SUCH_EXECUTION = "no-such-execution";
    private static final String NOT_RUNNING = "not-running";
    private static final String NO_LOG = "no-log";
    private static final String FAILED = "failed";

    private Replies() {}

    static String written(Map<String, String> details) {
        return json(details);
    }

    static Map<String, String> details(String written) {
        Map<String, String> details = new TreeMap<>();
        try {
            JSON.readTree(written)
                    .properties()
                    .forEach(field ->
                            details.put(field.getKey(), field.getValue().asText()));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The details of the request cannot be read", e);
        }
        return details;
    }

    static Answer done(String text) {
        return new Answer(DONE, text);
    }

    static Answer noLog() {
        return new Answer(NO_LOG, "");
    }

    static Answer failed(String text) {
        return new Answer(FAILED, text);
    }

    /** Empty for what nobody has foreseen. */
    static Optional<Answer> of(Throwable thrown) {
        String text = String.valueOf(thrown.getMessage());
        if (thrown instanceof LaunchRefusedException e) {
            return Optional.of(new Answer(REFUSED, written(e.refusal())));
        }
        if (thrown instanceof AccessDeniedException || thrown instanceof JobSecurityException) {
            return Optional.of(new Answer(DENIED, text));
        }
        if (thrown instanceof NoSuchJobExecutionException || thrown instanceof NoSuchJobException) {
            return Optional.of(new Answer(NO_SUCH_EXECUTION, text));
        }
        if (thrown instanceof JobExecutionNotRunningException) {
            return Optional.of(new Answer(NOT_RUNNING, text));
        }
        return Optional.empty();
    }

    /**
     * The text of what was done; null for a log that is not there.
     *
     * @param where the node that answered, as people read it
     * @throws RuntimeException what that node has thrown
     */
    static @Nullable String read(Answer answer, String where) {
        return switch (answer.code()) {
            case DONE -> answer.text();
            case NO_LOG -> null;
            case REFUSED -> throw new LaunchRefusedException(refusal(answer.text()));
            case DENIED -> throw new AccessDeniedException(answer.text());
            case NO_SUCH_EXECUTION -> throw new NoSuchJobExecutionException(answer.text());
            case NOT_RUNNING -> throw new JobExecutionNotRunningException(answer.text());
            default ->
                throw new NoAnswerException(
                        where + " failed at it. " + answer.text() + " Look at the execution before you ask again.");
        };
    }

    private static String written(Refusal refusal) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("kind", refusal.kind().name());
        fields.put("job", refusal.jobName());
        fields.put("instance", refusal.instanceId());
        fields.put("execution", refusal.executionId());
        fields.put("node", refusal.node());
        fields.put("faults", refusal.faults());
        fields.put("message", refusal.message());
        fields.put("acceptance", refusal.acceptance());
        return json(fields);
    }

    private static Refusal refusal(String written) {
        try {
            JsonNode fields = JSON.readTree(written);
            List<String> faults = new ArrayList<>();
            fields.path("faults").forEach(fault -> faults.add(fault.asText()));
            return new Refusal(
                    kind(fields.path("kind").asText()),
                    fields.path("job").asText(),
                    number(fields.get("instance")),
                    number(fields.get("execution")),
                    text(fields.get("node")),
                    faults,
                    fields.path("message").asText(),
                    text(fields.get("acceptance")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A refusal cannot be read", e);
        }
    }

    /** One that only a later version knows is a state that this one does not know. */
    private static Refusal.Kind kind(String name) {
        try {
            return Refusal.Kind.valueOf(name);
        } catch (IllegalArgumentException later) {
            return Refusal.Kind.UNKNOWN_STATE;
        }
    }

    private static @Nullable Long number(@Nullable JsonNode value) {
        return value == null || value.isNull() ? null : Long.valueOf(value.asLong());
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value == null || value.isNull() ? null : value.asText();
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
