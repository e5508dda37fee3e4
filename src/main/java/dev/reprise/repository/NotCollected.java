package dev.reprise.repository;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Stands for data where the engine asks a collector for some, and JSR-352 does not. */
enum NotCollected implements Serializable {
    INSTANCE;

    static boolean is(@Nullable Serializable data) {
        return data == INSTANCE;
    }
}
