package dev.reprise;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.reprise.item.WriteSkips;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractDurationAssert;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rooms of docs/design/architecture: what each may use, as allow-lists. */
class ArchitectureTest {

    /** The samples are no room: nothing else uses them, because the library JAR leaves them out. */
    private static final Map<String, List<String>> ROOMS = rooms();

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.reprise");

    private static Map<String, List<String>> rooms() {
        Map<String, List<String>> rooms = new LinkedHashMap<>();
        rooms.put("identity", List.of());
        rooms.put("item", List.of("log"));
        rooms.put("log", List.of());
        rooms.put("job", List.of("identity", "item", "log"));
        rooms.put("repository", List.of("job", "identity", "log"));
        rooms.put("node", List.of("repository", "identity"));
        rooms.put("access", List.of("repository", "log"));
        rooms.put("launch", List.of("access", "repository", "job", "identity", "log"));
        rooms.put("recovery", List.of("launch", "node", "repository", "log"));
        rooms.put("partition", List.of("repository", "node", "log"));
        rooms.put("operate", List.of("access", "launch", "repository", "job", "identity", "log"));
        rooms.put("monitor", List.of("access", "launch", "repository", "job", "identity", "item", "log"));
        rooms.put("web", List.copyOf(rooms.keySet()));
        rooms.put("wildfly", List.copyOf(rooms.keySet()));
        rooms.put("testing", List.of("launch", "job", "repository", "identity"));
        rooms.put("sample", List.of("item", "log"));
        return rooms;
    }

    @TestFactory
    Stream<DynamicTest> usesOnlyTheRoomsItMay() {
        return ROOMS.entrySet().stream()
                .map(room -> DynamicTest.dynamicTest(room.getKey(), () -> {
                    String[] allowed = Stream.concat(Stream.of(room.getKey()), room.getValue().stream())
                            .map(ArchitectureTest::packageOf)
                            .toArray(String[]::new);
                    classes()
                            .that()
                            .resideInAPackage(packageOf(room.getKey()))
                            .should()
                            .onlyDependOnClassesThat(
                                    resideOutsideOfPackage("dev.reprise..").or(resideInAnyPackage(allowed)))
                            .allowEmptyShould(true)
                            .check(CLASSES);
                }));
    }

    @Test
    void knowsEveryRoom() {
        classes()
                .that()
                .resideInAPackage("dev.reprise..")
                .should()
                .resideInAnyPackage(
                        ROOMS.keySet().stream().map(ArchitectureTest::packageOf).toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void hasNoCircles() {
        slices().matching("dev.reprise.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void samplesDoNotKnowEachOther() {
        slices().matching("dev.reprise.sample.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void identityNeedsJavaOnly() {
        classes()
                .that()
                .resideInAPackage("dev.reprise.identity")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", "dev.reprise.identity"))
                .check(CLASSES);
    }

    /** Elsewhere a data source is handed on, never spoken to. */
    @Test
    void sqlIsInTheRepositoryAndInSamplesAndReadersAlone() {
        noClasses()
                .that()
                .resideInAPackage("dev.reprise..")
                .and()
                .resideOutsideOfPackages(
                        "dev.reprise.repository..",
                        "dev.reprise.node..",
                        "dev.reprise.item..",
                        "dev.reprise.sample..",
                        "dev.reprise.testing..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.sql..", "org.jdbi..", "org.flywaydb.."))
                .check(CLASSES);
    }

    @Test
    void theNodeHoldsAConnectionForItsHeartbeatButNoSql() {
        noClasses()
                .that()
                .resideInAPackage("dev.reprise.node..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.jdbi..", "org.flywaydb..")
                        .or(resideInAPackage("java.sql..")
                                .and(type(java.sql.Connection.class).negate())
                                .and(assignableTo(java.sql.SQLException.class).negate())))
                .check(CLASSES);
    }

    /** Time is the database's clock (semantics.md §6); spans are measured with {@code System.nanoTime()}. */
    @Test
    void noNodesClockDecidesAnything() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.reprise.repository..",
                        "dev.reprise.node..",
                        "dev.reprise.recovery..",
                        "dev.reprise.launch..",
                        "dev.reprise.partition..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .callMethod(OffsetDateTime.class, "now")
                .orShould()
                .callConstructor(Date.class)
                .orShould()
                .dependOnClassesThat(assignableTo(Clock.class))
                .check(CLASSES);
    }

    @Test
    void samplesDoNotUseTheRepositorysLibraries() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.reprise.sample..", "dev.reprise.item..")
                // Only the engine has the counts of a step.
                .and(not(type(WriteSkips.class)))
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.jdbi..", "org.jberet..", "org.jboss.."))
                .check(CLASSES);
    }

    /**
     * What passes on a quiet machine passes on a busy one: a test waits as {@link Patience} says, and counts events where
     * the contract has a time. {@code TestProcess} is impatient with WildFly's repository alone, where some ends never come.
     */
    @Test
    void testsDoNotMeasureTheMachine() {
        JavaClasses tests = new ClassFileImporter()
                .importUrl(ArchitectureTest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation());
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.reprise.testing.TestProcess")
                .should()
                .callMethod(ConditionFactory.class, "atMost", Duration.class)
                .orShould()
                .callMethod(ConditionFactory.class, "atMost", long.class, TimeUnit.class)
                .orShould()
                .callMethodWhere(target(owner(assignableTo(AbstractDurationAssert.class)))
                        .and(target(nameMatching("is(Less|Greater|Between|StrictlyBetween|Close).*"))))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.junit.jupiter.api.Timeout")
                .because("await() alone waits long enough, and what a time stands for is counted in events:"
                        + " Cluster.reports for example")
                .check(tests);
    }

    /** Those names are jakarta.batch.runtime's. */
    @Test
    void namesOfJakartaBatchAreNotTaken() {
        noClasses()
                .that()
                .resideInAPackage("dev.reprise..")
                .should()
                .haveSimpleName("JobInstance")
                .orShould()
                .haveSimpleName("JobExecution")
                .orShould()
                .haveSimpleName("StepExecution")
                .check(CLASSES);
    }

    @Test
    void everythingHasAHome() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..")
                .check(CLASSES);
    }

    private static String packageOf(String room) {
        return "dev.reprise." + room + "..";
    }
}
