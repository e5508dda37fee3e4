package dev.reprise.repository;

import jakarta.batch.operations.BatchRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads checkpoints and user data back. Only values of the JDK and the application's own classes are accepted; what
 * lies in libraries must be named in the filter pattern, because a library may bring classes that do harm when they
 * are deserialised.
 */
final class Checkpoints {

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

    private final ClassLoader application;
    private final ObjectInputFilter configured;

    /**
     * @param application loads the application's classes; those of them that do not come from a JAR are accepted
     * @param pattern what else is accepted or rejected, in the syntax of {@link ObjectInputFilter.Config}; may be empty
     * @throws IllegalArgumentException if the pattern is not of that syntax
     */
    Checkpoints(ClassLoader application, String pattern) {
        this.application = application;
        this.configured = pattern.isBlank()
                ? info -> ObjectInputFilter.Status.UNDECIDED
                : ObjectInputFilter.Config.createFilter(pattern);
    }

    /**
     * @param bytes Java serialization, or null
     * @param what names the value in a message: {@code "the reader checkpoint of step load"}
     * @throws BatchRuntimeException if it cannot be read, with what to do
     */
    @Nullable
    Serializable read(byte @Nullable [] bytes, String what) {
        if (bytes == null) {
            return null;
        }
        List<String> rejected = new ArrayList<>();
        try (ObjectInputStream in = new Input(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(info -> {
                ObjectInputFilter.Status status = check(info);
                Class<?> type = info.serialClass();
                if (status == ObjectInputFilter.Status.REJECTED && type != null) {
                    rejected.add(type.getTypeName());
                }
                return status;
            });
            return (Serializable) in.readObject();
        } catch (InvalidClassException e) {
            if (rejected.isEmpty()) {
                throw new BatchRuntimeException("Cannot read " + what + ": " + e.getMessage(), e);
            }
            throw new BatchRuntimeException(
                    "Cannot read " + what + ": it holds a " + rejected.get(0) + ". Only values of the JDK and classes"
                            + " in the WAR's own WEB-INF/classes are accepted; name others in reprise.serial-filter"
                            + " (for example " + rejected.get(0).replace("[]", "") + ").",
                    e);
        } catch (IOException | ClassNotFoundException e) {
            throw new BatchRuntimeException("Cannot read " + what + ": " + e, e);
        }
    }

    private ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info) {
        ObjectInputFilter.Status status = configured.checkInput(info);
        if (status != ObjectInputFilter.Status.UNDECIDED) {
            return status;
        }
        Class<?> type = info.serialClass();
        if (type == null) {
            return ObjectInputFilter.Status.UNDECIDED;
        }
        while (type.isArray()) {
            type = type.getComponentType();
        }
        boolean accepted = type.isPrimitive()
                || VALUES.contains(type.getName())
                || PACKAGES_OF_VALUES.contains(type.getPackageName())
                || isTheApplicationsOwn(type);
        return accepted ? ObjectInputFilter.Status.ALLOWED : ObjectInputFilter.Status.REJECTED;
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
        boolean library = (place.endsWith(".jar") || place.endsWith(".jar/")) && !MODULE.matcher(place).find();
        return !library || type.getPackageName().equals(POSITIONS);
    }

    private final class Input extends ObjectInputStream {

        Input(InputStream in) throws IOException {
            super(in);
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
