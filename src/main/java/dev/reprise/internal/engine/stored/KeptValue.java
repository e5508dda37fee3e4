package dev.reprise.internal.engine.stored;

import dev.reprise.internal.checkpoint.CheckpointBytes;
import dev.reprise.internal.checkpoint.SerialStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Set;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.SerializableData;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints and user data as values. The engine keeps arrays as they are, so that who made one goes on changing what it
 * keeps, and takes a {@code byte[]} for what was serialized before; here everything is serialized when it is handed over, and
 * whoever asks the engine for it gets a copy of his own.
 */
public final class KeptValue {

    /** How a {@code byte[][]} begins, of which the engine keeps the same class as of a {@code byte[]}. */
    private static final byte[] ARRAY_OF_BYTES = {(byte) 0xac, (byte) 0xed, 0, 5, 'u', 'r', 0, 3, '[', '[', 'B'};

    private static final Set<String> CONSTANTS = Set.of(
            "java.lang.String",
            "java.lang.Long",
            "java.lang.Integer",
            "java.lang.Short",
            "java.lang.Byte",
            "java.lang.Double",
            "java.lang.Float");

    private static final MethodHandle SERIALIZED;
    private static final VarHandle CLASS;
    private static final VarHandle USER_DATA;

    static {
        try {
            MethodHandles.Lookup data = MethodHandles.privateLookupIn(SerializableData.class, MethodHandles.lookup());
            SERIALIZED = data.findConstructor(
                    SerializableData.class,
                    MethodType.methodType(void.class, byte[].class, Serializable.class, Class.class));
            CLASS = data.findVarHandle(SerializableData.class, "klass", Class.class);
            USER_DATA = MethodHandles.privateLookupIn(AbstractStepExecution.class, MethodHandles.lookup())
                    .findVarHandle(AbstractStepExecution.class, "persistentUserData", SerializableData.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of JBeret keeps checkpoints in another way; use 3.1", e);
        }
    }

    private KeptValue() {}

    /** What the engine takes for a value, of bytes of Java serialization that nobody changes. */
    public static Serializable of(byte[] serialized) {
        try {
            return (SerializableData) SERIALIZED.invokeExact(serialized, (Serializable) null, Object.class);
        } catch (Throwable e) {
            throw new IllegalStateException("this version of JBeret keeps checkpoints in another way; use 3.1", e);
        }
    }

    /** Whether it cannot change, and the engine keeps it as it is. */
    public static boolean isConstant(Serializable value) {
        return CONSTANTS.contains(value.getClass().getName());
    }

    /** Whether what is serialized is a number or a text, as what was read before is, and no longer: no limit tells them apart. */
    public static boolean isReadableAs(byte[] read, byte[] serialized) {
        if (serialized.length > read.length) {
            return false;
        }
        try {
            String type = SerialStream.className(serialized);
            return type != null && CONSTANTS.contains(type) && type.equals(SerialStream.className(read));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The bytes of a checkpoint.
     *
     * @throws IOException if it, or what it holds, is not serializable
     */
    public static byte[] serialized(Serializable checkpoint) throws IOException {
        return bytesOf(checkpoint instanceof byte[] bytes ? new CheckpointBytes(bytes) : checkpoint);
    }

    private static byte[] bytesOf(Serializable value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    /** What a reader or writer is opened with, which it may change as it likes. */
    public static @Nullable Object handedOut(@Nullable Object checkpoint) {
        if (checkpoint instanceof CheckpointBytes bytes) {
            return bytes.value();
        }
        if (checkpoint == null || !checkpoint.getClass().isArray()) {
            return checkpoint;
        }
        // The engine keeps the array that it was given; the elements cannot change, or else it would have serialized
        // them.
        int length = Array.getLength(checkpoint);
        Object copy = Array.newInstance(checkpoint.getClass().getComponentType(), length);
        System.arraycopy(checkpoint, 0, copy, 0, length);
        return copy;
    }

    /** The user data of a step as it is now: what changes the object from now on does not reach it. */
    public static byte @Nullable [] keepUserData(AbstractStepExecution step) {
        SerializableData data = (SerializableData) USER_DATA.getVolatile(step);
        byte[] bytes = step.getPersistentUserDataSerialized();
        if (data == null || bytes == null) {
            return bytes;
        }
        Class<?> type = (Class<?>) CLASS.get(data);
        if (type == byte[].class && !isArrayOfBytes(bytes)) {
            bytes = bytesOfBytes(bytes);
        } else if (type == Object.class) {
            return bytes;
        }
        step.setPersistentUserData(of(bytes));
        return bytes;
    }

    private static byte[] bytesOfBytes(byte[] value) {
        try {
            return bytesOf(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isArrayOfBytes(byte[] bytes) {
        int length = ARRAY_OF_BYTES.length;
        return bytes.length > length && Arrays.equals(bytes, 0, length, ARRAY_OF_BYTES, 0, length);
    }
}
