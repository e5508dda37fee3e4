package dev.reprise;

import com.tngtech.archunit.core.domain.JavaField;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HttpString;
import java.lang.System.Logger;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.validation.Schema;
import org.jboss.msc.service.ServiceName;
import org.jspecify.annotations.Nullable;

/** Whether what a static field holds stays as it is: judged by the value, all the way down. */
final class Constant {

    /** What cannot be changed, or not by its users. */
    private static final List<Class<?>> KINDS = List.of(
            String.class,
            Integer.class,
            Long.class,
            Double.class,
            Character.class,
            Boolean.class,
            Class.class,
            Duration.class,
            LocalDate.class,
            LocalDateTime.class,
            Period.class,
            Pattern.class,
            DateTimeFormatter.class,
            Charset.class,
            Comparator.class,
            Logger.class,
            java.util.logging.Logger.class,
            StackWalker.class,
            VarHandle.class,
            MethodHandle.class,
            Field.class,
            Schema.class,
            ServiceName.class,
            AttachmentKey.class,
            HttpString.class);

    private Constant() {}

    static boolean is(JavaField of) {
        Field field = of.reflect();
        return Modifier.isFinal(field.getModifiers()) && isConstant(value(field, null));
    }

    private static boolean isConstant(@Nullable Object value) {
        if (value == null || KINDS.stream().anyMatch(kind -> kind.isInstance(value))) {
            return true;
        }
        if (value instanceof Optional<?> some) {
            return isConstant(some.orElse(null));
        }
        if (value instanceof Collection<?> elements) {
            return isUnmodifiable(value) && elements.stream().allMatch(Constant::isConstant);
        }
        if (value instanceof Map<?, ?> map) {
            return isUnmodifiable(value)
                    && Stream.concat(map.keySet().stream(), map.values().stream())
                            .allMatch(Constant::isConstant);
        }
        if (!isOurs(value.getClass())) {
            return value instanceof Enum<?>;
        }
        return fields(value.getClass())
                .allMatch(field -> isOurs(field.getDeclaringClass())
                        && Modifier.isFinal(field.getModifiers())
                        && isConstant(value(field, value)));
    }

    private static boolean isOurs(Class<?> type) {
        return type.getName().startsWith("dev.reprise.");
    }

    private static boolean isUnmodifiable(Object collection) {
        String name = collection.getClass().getName();
        return name.startsWith("java.util.ImmutableCollections$")
                || name.startsWith("java.util.Collections$Unmodifiable");
    }

    /** A lambda's are what it was made with. */
    private static Stream<Field> fields(Class<?> type) {
        Stream<Field> declared =
                Arrays.stream(type.getDeclaredFields()).filter(field -> !Modifier.isStatic(field.getModifiers()));
        return type.getSuperclass() == null || type.getSuperclass() == Enum.class
                ? declared
                : Stream.concat(declared, fields(type.getSuperclass()));
    }

    private static @Nullable Object value(Field field, @Nullable Object of) {
        try {
            field.setAccessible(true);
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
