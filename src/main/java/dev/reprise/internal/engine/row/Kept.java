package dev.reprise.internal.engine.row;

import dev.reprise.internal.engine.stored.KeptValue;
import java.util.HashMap;
import java.util.Map;
import org.jberet.runtime.AbstractStepExecution;
import org.jspecify.annotations.Nullable;

/** What a restart begins with. */
public enum Kept {
    READER("the reader checkpoint", "reader"),
    WRITER("the writer checkpoint", "writer"),
    USER_DATA("the user data", "userData");

    private final String words;
    private final String parameter;

    Kept(String words, String parameter) {
        this.words = words;
        this.parameter = parameter;
    }

    /** Of the statements that write it. */
    public String parameter() {
        return parameter;
    }

    /** As a message names it. */
    public String of(String step) {
        return words + " of step " + step;
    }

    public byte @Nullable [] bytesOf(AbstractStepExecution execution) {
        return switch (this) {
            case READER -> execution.getReaderCheckpointInfoSerialized();
            case WRITER -> execution.getWriterCheckpointInfoSerialized();
            case USER_DATA -> KeptValue.keepUserData(execution);
        };
    }

    /** All that an execution would leave now, by parameter. */
    public static Map<String, byte @Nullable []> allOf(AbstractStepExecution execution) {
        Map<String, byte @Nullable []> values = new HashMap<>();
        for (Kept what : values()) {
            values.put(what.parameter(), what.bytesOf(execution));
        }
        return values;
    }
}
