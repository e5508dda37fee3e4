package dev.reprise.internal.engine.reason;

import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.api.chunk.listener.ChunkListener;
import jakarta.batch.api.chunk.listener.ItemProcessListener;
import jakarta.batch.api.chunk.listener.ItemReadListener;
import jakarta.batch.api.chunk.listener.ItemWriteListener;
import org.jspecify.annotations.Nullable;

/** Where the engine was when something failed; {@code COMMIT} where no artifact did. */
public enum FailedAt {
    READ,
    PROCESS,
    WRITE,
    AFTER_COMMIT,
    COMMIT;

    /** Null where the engine does not ask what becomes of a failure. */
    public static @Nullable FailedAt of(Class<?> api, String method) {
        if (method.startsWith("on")) {
            return null;
        }
        if (api == ItemReader.class) {
            return method.equals("readItem") ? READ : method.equals("checkpointInfo") ? WRITE : null;
        }
        if (api == ItemWriter.class) {
            return method.equals("writeItems") || method.equals("checkpointInfo") ? WRITE : null;
        }
        if (api == ChunkListener.class) {
            return method.equals("afterChunk") ? WRITE : null;
        }
        if (method.equals("endCheckpoint") || method.equals("collectPartitionData")) {
            return AFTER_COMMIT;
        }
        return api == ItemReadListener.class
                ? READ
                : api == ItemProcessor.class || api == ItemProcessListener.class
                        ? PROCESS
                        : api == ItemWriteListener.class ? WRITE : null;
    }
}
