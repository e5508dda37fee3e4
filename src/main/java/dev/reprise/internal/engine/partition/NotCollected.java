package dev.reprise.internal.engine.partition;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Stands for data where the engine asks a collector for some, and JSR-352 does not. */
public enum NotCollected implements Serializable {
    INSTANCE;

    public static boolean is(@Nullable Serializable data) {
        return data == INSTANCE;
    }
}
