package dev.reprise;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.reprise.launch.JobLauncher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Named;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * In an application the library is a guest: no bean of it has a name that one of the application's own could have, or is of a
 * type that the application could ask for.
 */
class GuestTest {

    private static final List<JavaClass> CLASSES = new ClassFileImporter()
            .importUrl(JobLauncher.class.getProtectionDomain().getCodeSource().getLocation()).stream()
                    .filter(type -> !type.getPackageName().startsWith("dev.reprise.sample"))
                    .toList();

    private static final List<Class<? extends Annotation>> SCOPES = List.of(Dependent.class, ApplicationScoped.class);

    private static Stream<JavaClass> beans() {
        return CLASSES.stream().filter(type -> SCOPES.stream().anyMatch(type::isAnnotatedWith));
    }

    private static Stream<JavaMethod> producers() {
        return beans().flatMap(type -> type.getMethods().stream()).filter(it -> it.isAnnotatedWith(Produces.class));
    }

    @Test
    void findsTheBeans() {
        assertThat(beans().map(JavaClass::getSimpleName)).contains("JobLauncher", "CsvItemReader", "PurgeFilter");
        assertThat(producers().map(JavaMethod::getName)).contains("corrections");
    }

    /** All other scopes would be beans, too, and are not looked at here. */
    @Test
    void hasBeansOfThoseScopesAlone() {
        assertThat(CLASSES.stream()
                        .flatMap(type -> type.getAnnotations().stream())
                        .map(JavaAnnotation::getRawType)
                        .filter(type -> type.getName().startsWith("jakarta.enterprise.context.")
                                || type.getName().startsWith("jakarta.ejb.")
                                || type.getName().equals("jakarta.inject.Singleton"))
                        .map(JavaClass::getSimpleName)
                        .collect(Collectors.toSet()))
                .isEqualTo(SCOPES.stream().map(Class::getSimpleName).collect(Collectors.toSet()));
    }

    @Test
    void namesOfBeansBeginWithReprise() {
        assertThat(CLASSES.stream()
                        .filter(type -> type.isAnnotatedWith(Named.class))
                        .map(type -> type.getAnnotationOfType(Named.class).value()))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("reprise"));
        assertThat(producers().filter(it -> it.isAnnotatedWith(Named.class))).isEmpty();
    }

    /** An {@code @Inject ItemReader} of the application has the application's own reader alone to choose from. */
    @Test
    void typesOfBeansAreOurs() {
        assertThat(beans().flatMap(GuestTest::typesOf)
                        .filter(type -> !isOurs(type))
                        .map(JavaClass::getName))
                .isEmpty();
        assertThat(producers()
                        .filter(it -> !isOurs(it.getRawReturnType()))
                        .filter(it -> it.getReturnType().getAllInvolvedRawTypes().stream()
                                .noneMatch(GuestTest::isOurs))
                        .map(JavaMethod::getFullName))
                .isEmpty();
    }

    /** A server takes whatever it finds in an index so annotated for the application's own REST API and JSON. */
    @Test
    void whatIsAnnotatedForRestIsInNoIndex() throws IOException {
        List<PathMatcher> leftOut = Pattern.compile("<exclude>(dev/reprise/web/[^<]+)</exclude>")
                .matcher(Files.readString(Path.of("parent/pom.xml")))
                .results()
                .map(exclude -> FileSystems.getDefault().getPathMatcher("glob:" + exclude.group(1)))
                .toList();

        assertThat(CLASSES.stream()
                        .filter(type -> type.getPackageName().startsWith("dev.reprise.web"))
                        .filter(GuestTest::isAnnotatedForRest)
                        .map(type -> Path.of(type.getName().replace('.', '/') + ".class")))
                .isNotEmpty()
                .allMatch(file -> leftOut.stream().anyMatch(pattern -> pattern.matches(file)));
    }

    private static boolean isAnnotatedForRest(JavaClass type) {
        return Stream.of(
                        type.getAnnotations().stream(),
                        type.getMembers().stream().flatMap(member -> member.getAnnotations().stream()),
                        type.getCodeUnits().stream()
                                .flatMap(unit -> unit.getParameterAnnotations().stream())
                                .flatMap(Set::stream))
                .flatMap(annotations -> annotations)
                .map(annotation -> annotation.getRawType().getPackageName())
                .anyMatch(name -> name.startsWith("jakarta.ws.rs") || name.startsWith("com.fasterxml.jackson"));
    }

    private static Stream<JavaClass> typesOf(JavaClass bean) {
        if (bean.isAnnotatedWith(Typed.class)) {
            Set<String> typed = Arrays.stream(
                            bean.getAnnotationOfType(Typed.class).value())
                    .map(Class::getName)
                    .collect(Collectors.toSet());
            return CLASSES.stream().filter(type -> typed.contains(type.getName()));
        }
        return Stream.concat(bean.getAllRawSuperclasses().stream(), bean.getAllRawInterfaces().stream())
                .filter(type -> !type.isEquivalentTo(Object.class));
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith("dev.reprise");
    }
}
