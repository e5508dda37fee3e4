package dev.reprise.internal.checkpoint;

import dev.reprise.internal.database.Text;
import jakarta.batch.operations.BatchRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.io.StreamCorruptedException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.CodeSource;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads checkpoints and user data back, within limits of depth, number and time: this JVM's and ours. Only values of the JDK and the application's own classes are accepted; what
 * lies in libraries must be named in the filter pattern, because a library may bring classes that do harm when they
 * are deserialised.
 */
public final class Checkpoints {

    private static final Logger LOG = System.getLogger(Checkpoints.class.getName());

    /** An EJB JAR among the modules of an EAR, whose libraries are in another folder. */
    private static final Pattern MODULE = Pattern.compile("\\.ear/(?!.*\\blib/)[^!]*\\.jar/?$");

    private static final Set<String> PACKAGES_OF_VALUES =
            Set.of("java.math", "java.time", "java.time.chrono", "java.time.temporal");

    private static final Set<String> VALUES = Set.of(
            "java.io.Serializable",
            "java.lang.Boolean",
            "java.lang.Byte",
            "java.lang.CharSequence",
            "java.lang.Character",
            "java.lang.Comparable",
            "java.lang.Double",
            "java.lang.Enum",
            "java.lang.Float",
            "java.lang.Integer",
            "java.lang.Long",
            "java.lang.Number",
            "java.lang.Object",
            "java.lang.Short",
            "java.lang.String",
            "java.net.URI",
            "java.sql.Date",
            "java.sql.Time",
            "java.sql.Timestamp",
            "java.util.AbstractMap$SimpleEntry",
            "java.util.AbstractMap$SimpleImmutableEntry",
            "java.util.ArrayDeque",
            "java.util.ArrayList",
            "java.util.Arrays$ArrayList",
            "java.util.BitSet",
            "java.util.CollSer",
            "java.util.Collections$EmptyList",
            "java.util.Collections$EmptyMap",
            "java.util.Collections$EmptySet",
            "java.util.Collections$SingletonList",
            "java.util.Collections$SingletonMap",
            "java.util.Collections$SingletonSet",
            "java.util.Collections$UnmodifiableCollection",
            "java.util.Collections$UnmodifiableList",
            "java.util.Collections$UnmodifiableMap",
            "java.util.Collections$UnmodifiableRandomAccessList",
            "java.util.Collections$UnmodifiableSet",
            "java.util.Currency",
            "java.util.Date",
            "java.util.EnumMap",
            "java.util.EnumSet",
            "java.util.EnumSet$SerializationProxy",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.Hashtable",
            // what List.of, Set.of and Map.of are once they are read: checked too
            "java.util.ImmutableCollections$List12",
            "java.util.ImmutableCollections$ListN",
            "java.util.ImmutableCollections$Map1",
            "java.util.ImmutableCollections$MapN",
            "java.util.ImmutableCollections$Set12",
            "java.util.ImmutableCollections$SetN",
            "java.util.JumboEnumSet",
            "java.util.LinkedHashMap",
            "java.util.LinkedHashSet",
            "java.util.LinkedList",
            "java.util.Locale",
            "java.util.Map$Entry",
            "java.util.Properties",
            "java.util.RegularEnumSet",
            "java.util.TreeMap",
            "java.util.TreeSet",
            "java.util.UUID",
            "java.util.concurrent.TimeUnit",
            "java.util.concurrent.atomic.AtomicBoolean",
            "java.util.concurrent.atomic.AtomicInteger",
            "java.util.concurrent.atomic.AtomicLong");

    /** Our own readers' checkpoints, in somebody else's {@code WEB-INF/lib}. */
    private static final String POSITIONS = "dev.reprise.item";

    /** What an attacker of the database, or a mistake, may cost; more is allowed by the same words in the pattern. */
    private static final String LIMITS = "maxdepth=128;maxrefs=10000000;";

    /** Sets of sets of sets ask for a few; what asks for more does not end, and no limit of the filters sees it. */
    private static final long HASH_CODES_FOR_A_BYTE = 100;

    /** A table of a collection has no more places for each byte that its elements take. */
    private static final int PLACES_FOR_A_BYTE = 8;

    /** What may be read to be shown. */
    public static final int SHOWN = 4 << 10;

    private static final Pattern BETWEEN_LINES = Pattern.compile("\\s*\\R\\s*|\\t");

    private static final Pattern COLLECTIONS = Pattern.compile("^java\\.util\\.(?!UUID|Date|Locale|Currency)");

    private static final Pattern LIMIT = Pattern.compile("max(depth|array|refs|bytes)=(\\d+)");

    private final ClassLoader application;
    private final ObjectInputFilter configured;

    /**
     * @param application loads the application's classes; those of them that do not come from a JAR are accepted
     * @param pattern what else is accepted or rejected, in the syntax of {@link ObjectInputFilter.Config}; may be empty
     * @throws IllegalArgumentException if the pattern is not of that syntax
     */
    public Checkpoints(ClassLoader application, String pattern) {
        this.application = application;
        this.configured = ObjectInputFilter.Config.createFilter(LIMITS + pattern.strip());
    }

    /**
     * Reads a value.
     *
     * @param bytes Java serialization, or null
     * @param what names the value in a message: {@code "the reader checkpoint of step load"}
     * @return a value that is nobody else's
     * @throws BatchRuntimeException if it cannot be read, with what to do
     */
    @Nullable
    public Serializable read(byte @Nullable [] bytes, String what) {
        if (bytes == null) {
            return null;
        }
        Reading reading = new Reading(bytes.length);
        try {
            if (SerialStream.hashCodes(bytes) > HASH_CODES_FOR_A_BYTE * bytes.length) {
                throw new StreamCorruptedException(
                        "its sets and maps lie in each other so often that reading it would" + " not end");
            }
            try (Input in = new Input(new ByteArrayInputStream(bytes), reading)) {
                return (Serializable) in.readObject();
            }
        } catch (InvalidClassException e) {
            throw new BatchRuntimeException(
                    "Cannot read " + what + ": " + (reading.why.isEmpty() ? e.getMessage() : reading.why), e);
        } catch (IOException | ClassNotFoundException e) {
            throw new BatchRuntimeException("Cannot read " + what + ": " + e, e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new BatchRuntimeException("Cannot read " + what + ": its classes failed with " + e, e);
        }
    }

    /** One that is small, as that of a reader that knows its position, and can be read at once; else null. */
    @Nullable
    public Serializable glance(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length > SHOWN) {
            return null;
        }
        try {
            String name = SerialStream.className(bytes);
            boolean one = name != null && !COLLECTIONS.matcher(name).find();
            return one && SerialStream.hashCodes(bytes) <= bytes.length ? read(bytes, "it") : null;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "A checkpoint is not shown: {0}", e.toString());
            return null;
        }
    }

    /** As people read it, in one line: a small value as it says itself, and of the others what they are. */
    public String shown(byte[] bytes) {
        Serializable small = glance(bytes);
        if (small != null) {
            String text = String.valueOf(small instanceof CheckpointBytes kept ? kept.length() + " bytes" : small);
            return Text.line(BETWEEN_LINES.matcher(text.strip()).replaceAll(" "));
        }
        try {
            String name = SerialStream.className(bytes);
            return (name == null ? "an array" : "a " + name) + ", " + bytes.length + " bytes when serialized";
        } catch (IOException e) {
            return "what cannot be read: " + e.getMessage();
        }
    }

    /** What was read so far of one value, and why it is not read any further. */
    private final class Reading {

        private final int bytes;
        private String why = "";

        Reading(int bytes) {
            this.bytes = bytes;
        }

        ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info, @Nullable ObjectInputFilter jvms) {
            if (jvms != null && jvms.checkInput(info) == ObjectInputFilter.Status.REJECTED) {
                return rejected(limit(jvms, info)
                        .map(limit -> limit + " in the jdk.serialFilter of this JVM. Keep less in it, or let the server"
                                + " read more: JDK_SERIAL_FILTER, or DISABLE_JDK_SERIAL_FILTER=true, in the server's"
                                + " bin/standalone.conf")
                        .orElse("the jdk.serialFilter of this JVM rejects " + nameOf(info)));
            }
            ObjectInputFilter.Status status = configured.checkInput(info);
            if (status == ObjectInputFilter.Status.REJECTED) {
                return rejected(limit(configured, info)
                        .map(limit -> limit + ". Keep less in it, or set more in serial-filter")
                        .orElse(rejectedClass(nameOf(info))));
            }
            if (info.arrayLength() > (long) PLACES_FOR_A_BYTE * bytes) {
                return rejected("it promises " + info.arrayLength() + " elements and has " + bytes + " bytes");
            }
            return status == ObjectInputFilter.Status.UNDECIDED ? byClass(info.serialClass()) : status;
        }

        private ObjectInputFilter.Status byClass(@Nullable Class<?> given) {
            if (given == null) {
                return ObjectInputFilter.Status.UNDECIDED;
            }
            Class<?> type = given;
            while (type.isArray()) {
                type = type.getComponentType();
            }
            boolean accepted = type.isPrimitive()
                    || VALUES.contains(type.getName())
                    || PACKAGES_OF_VALUES.contains(type.getPackageName())
                    || type == CheckpointBytes.class
                    || isTheApplicationsOwn(type);
            return accepted ? ObjectInputFilter.Status.ALLOWED : rejected(rejectedClass(given.getTypeName()));
        }

        private ObjectInputFilter.Status rejected(String reason) {
            why = reason;
            return ObjectInputFilter.Status.REJECTED;
        }
    }

    private static String nameOf(ObjectInputFilter.FilterInfo info) {
        Class<?> type = info.serialClass();
        return type == null ? "it" : type.getTypeName();
    }

    private static String rejectedClass(String type) {
        return "it holds a " + type
                + ". Only values of the JDK and classes in the WAR's own WEB-INF/classes are accepted;"
                + " name others in reprise.serial-filter (for example " + type.replace("[]", "") + ").";
    }

    /** Which limit of a filter is passed, in words. */
    private static Optional<String> limit(ObjectInputFilter filter, ObjectInputFilter.FilterInfo info) {
        return LIMIT.matcher(filter.toString())
                .results()
                .filter(limit -> found(limit.group(1), info) > Long.parseLong(limit.group(2)))
                .map(limit -> switch (limit.group(1)) {
                            case "depth" -> "its objects lie in each other " + info.depth() + " deep";
                            case "array" ->
                                "it holds an array, or a table of a collection, of " + info.arrayLength() + " places";
                            case "refs" -> "it holds " + info.references() + " objects and references or more";
                            default -> "it takes " + info.streamBytes() + " bytes or more";
                        }
                        + ", and no more than " + limit.group() + " is allowed")
                .findFirst();
    }

    private static long found(String limit, ObjectInputFilter.FilterInfo info) {
        return switch (limit) {
            case "depth" -> info.depth();
            case "array" -> info.arrayLength();
            case "refs" -> info.references();
            default -> info.streamBytes();
        };
    }

    /** Of an EAR it sees its modules', which have loaders of their own. */
    private static boolean isSeenBy(ClassLoader loader, Class<?> type) {
        try {
            return type.getClassLoader() == loader || Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private boolean isTheApplicationsOwn(Class<?> type) {
        if (!isSeenBy(application, type)) {
            return false;
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return false;
        }
        String place = source.getLocation().getPath();
        boolean library = (place.endsWith(".jar") || place.endsWith(".jar/"))
                && !MODULE.matcher(place).find();
        return !library || type.getPackageName().equals(POSITIONS);
    }

    private final class Input extends ObjectInputStream {

        Input(InputStream in, Reading reading) throws IOException {
            super(in);
            // Ours comes in the place of the JVM's, which the engine will read with.
            ObjectInputFilter jvms = getObjectInputFilter();
            setObjectInputFilter(info -> reading.check(info, jvms));
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, application);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description);
            }
        }
    }
}
