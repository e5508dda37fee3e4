package dev.reprise.internal.checkpoint;

import java.io.Serializable;

/** A checkpoint that is a {@code byte[]}: the engine would take one for what was serialized before. Its name is stored. */
public final class CheckpointBytes implements Serializable {

    private static final long serialVersionUID = 1L;

    private final byte[] value;

    public CheckpointBytes(byte[] value) {
        this.value = value.clone();
    }

    /** A copy. */
    public byte[] value() {
        return value.clone();
    }

    int length() {
        return value.length;
    }
}
