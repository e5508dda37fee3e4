package dev.reprise;

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
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.reprise.internal.database.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractDurationAssert;
import org.awaitility.core.ConditionFactory;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rooms of docs/architecture.md: what each may use, as allow-lists. */
class ArchitectureTest {

    /** The samples are no room: nothing else uses them, because the library JAR leaves them out. */
    private static final Map<String, List<String>> ROOMS = rooms();

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.reprise");

    /** What is kept for a process or a thread all the same, and why. */
    private static final Map<String, String> KEPT = kept();

    private static Map<String, String> kept() {
        Map<String, String> kept = new LinkedHashMap<>();
        String onBehalf = "for whom a thread works is the thread's, and what passes it on is somebody else's code: ";
        kept.put("access.Access.CALLER", onBehalf + "from a request to the users' own calls of JobLauncher");
        kept.put("log.LogThread.BOUND", onBehalf + "what logs, asked by handlers of the server");
        kept.put(
                "internal.engine.StepRecorder.restarted", onBehalf + "two calls of the engine, of which one has no id");
        String known = "what a function found out, which is the same for everybody: ";
        kept.put("item.CopyApi.KNOWN", known + "of a driver's class, and forgotten with it");
        kept.put("item.CsvFormat.SCANNED_AS_BYTES", known + "of a charset and a separator");
        String configured = "configured where it is made, never after; thread-safe";
        for (String json : List.of(
                "monitor.JobViews.JSON",
                "operate.Archive.JSON",
                "operate.Replies.JSON",
                "parameters.SchemaFile.CONFIG",
                "parameters.SchemaFile.MAPPER",
                "parameters.SchemaFile.REGISTRY",
                "schedule.JsonFile.MAPPER",
                "web.Json.MAPPER")) {
            kept.put(json, configured);
        }
        kept.put("internal.store.Launch.TOKENS", "random numbers");
        kept.put("web.LoginPage.RANDOM", "random numbers");
        for (String array : List.of(
                "internal.engine.stored.KeptValue.ARRAY_OF_BYTES",
                "item.CopiedRows.HEX",
                "log.LogFile.CUT",
                "wildfly.RefusedDeployment.NOTHING")) {
            kept.put(array, "a private array that is read only");
        }
        kept.put("testing.InProcessBatch.current", "the engine knows one job operator in a process");
        kept.put("testing.ServerResources.TRANSACTIONS", "Narayana has one transaction manager in a process");
        return kept;
    }

    private static Map<String, List<String>> rooms() {
        Map<String, List<String>> rooms = new LinkedHashMap<>();
        rooms.put("identity", List.of());
        rooms.put("log", List.of());
        rooms.put("item", List.of("log"));
        rooms.put("parameters", List.of("identity", "item", "log"));
        rooms.put("job", List.of("log"));
        rooms.put("schedule", List.of("parameters", "identity", "log"));
        rooms.put("internal.schedule", List.of("schedule"));
        rooms.put("lint", List.of("job", "schedule", "parameters", "identity", "log"));
        rooms.put("state", List.of("job", "identity", "log"));
        rooms.put("internal.checks", List.of("internal.database", "log"));
        rooms.put("internal.database", List.of("state", "log"));
        rooms.put("internal.doorbell", List.of("internal.database", "log"));
        rooms.put("internal.checkpoint", List.of("internal.database", "state"));
        rooms.put(
                "internal.store",
                List.of("internal.checkpoint", "internal.database", "state", "job", "identity", "log"));
        rooms.put("internal.decide", List.of("internal.store", "internal.database", "state", "job", "identity", "log"));
        rooms.put(
                "internal.engine",
                List.of(
                        "access",
                        "internal.checks",
                        "internal.decide",
                        "internal.doorbell",
                        "internal.schedule",
                        "internal.store",
                        "internal.checkpoint",
                        "internal.database",
                        "state",
                        "job",
                        "identity",
                        "item",
                        "log"));
        rooms.put("access", List.of("internal.store", "state", "log"));
        rooms.put(
                "launch",
                List.of(
                        "access",
                        "internal.checks",
                        "internal.engine",
                        "internal.decide",
                        "internal.store",
                        "state",
                        "lint",
                        "job",
                        "parameters",
                        "identity",
                        "log"));
        rooms.put(
                "internal.ownership",
                List.of(
                        "launch",
                        "internal.doorbell",
                        "internal.engine",
                        "internal.store",
                        "internal.database",
                        "state",
                        "log"));
        rooms.put(
                "internal.firing",
                List.of(
                        "launch",
                        "internal.engine",
                        "internal.schedule",
                        "internal.store",
                        "schedule",
                        "state",
                        "log"));
        rooms.put(
                "operate",
                List.of(
                        "access",
                        "launch",
                        "internal.engine",
                        "internal.firing",
                        "internal.schedule",
                        "internal.store",
                        "schedule",
                        "state",
                        "job",
                        "identity",
                        "log"));
        rooms.put(
                "monitor",
                List.of(
                        "access",
                        "launch",
                        "internal.engine",
                        "internal.store",
                        "state",
                        "lint",
                        "job",
                        "identity",
                        "item",
                        "log"));
        rooms.put("web", List.copyOf(rooms.keySet()));
        rooms.put("wildfly", List.copyOf(rooms.keySet()));
        rooms.put(
                "testing",
                List.of(
                        "launch",
                        "internal.engine",
                        "internal.decide",
                        "internal.store",
                        "internal.database",
                        "job",
                        "state",
                        "identity"));
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
        slices().matching("dev.reprise.(*)").should().beFreeOfCycles().check(CLASSES);
        slices().matching("dev.reprise.internal.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
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
    void sqlIsInTheStoreAndInSamplesAndReadersAlone() {
        noClasses()
                .that()
                .resideInAPackage("dev.reprise..")
                .and()
                .resideOutsideOfPackages(
                        "dev.reprise.internal.store..",
                        "dev.reprise.internal.database..",
                        // Of which the next rule tells what it may.
                        "dev.reprise.internal.ownership..",
                        "dev.reprise.internal.doorbell..",
                        "dev.reprise.item..",
                        "dev.reprise.sample..",
                        "dev.reprise.testing..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.sql..", "org.flywaydb.."))
                .check(CLASSES);
    }

    @Test
    void doorbellsRingInTransactionsAndKnowNoSql() {
        noClasses()
                .that()
                .resideInAPackage("dev.reprise.internal.doorbell..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.flywaydb..")
                        .or(resideInAPackage("org.jdbi..")
                                .and(type(Handle.class).negate()))
                        .or(resideInAPackage("java.sql..")
                                .and(assignableTo(java.sql.SQLException.class).negate())))
                .check(CLASSES);
    }

    /** Deployments are on servers, too, that have no Jakarta Messaging. */
    @Test
    void jakartaMessagingIsInOneClass() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.reprise.internal.doorbell.JmsTopic")
                .should()
                .dependOnClassesThat(resideInAPackage("jakarta.jms.."))
                .check(CLASSES);
    }

    @Test
    void theNodeHoldsAConnectionForItsHeartbeatButNoSql() {
        noClasses()
                .that()
                .resideInAPackage("dev.reprise.internal.ownership..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.jdbi..", "org.flywaydb..")
                        .or(resideInAPackage("java.sql..")
                                .and(type(java.sql.Connection.class).negate())
                                .and(assignableTo(java.sql.SQLException.class).negate())))
                .check(CLASSES);
    }

    /** Rows in, rows out, and verdicts: what the engine's objects are made of stays with who speaks to it. */
    @Test
    void theTablesAndTheDecisionsKnowNothingOfTheEngine() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.reprise.internal.database..",
                        "dev.reprise.internal.checkpoint..",
                        "dev.reprise.internal.store..",
                        "dev.reprise.internal.decide..",
                        "dev.reprise.state..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.jberet.."))
                .check(CLASSES);
    }

    /** Given what is stored, what is allowed: to be tested without a database. */
    @Test
    void verdictsAreFunctions() {
        noClasses()
                .that()
                .haveNameMatching(
                        "dev\\.reprise\\.internal\\.decide\\.(DecisionTable|Refusals|ParameterFaults|Subject)|dev\\.reprise\\.(internal\\.)?schedule\\..*")
                .should()
                .dependOnClassesThat(type(Database.class).or(resideInAnyPackage("java.sql..", "org.jdbi..")))
                .check(CLASSES);
    }

    /** Time is the database's clock (contract.md §6); spans are measured with {@code System.nanoTime()}. */
    @Test
    void noNodesClockDecidesAnything() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.reprise.internal..", "dev.reprise.launch..")
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

    /** Everywhere else a job is a {@link dev.reprise.job.JobModel}, and what runs is a row. */
    @Test
    void theEngineIsKnownToFew() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.reprise.internal.engine..",
                        "dev.reprise.internal.checks..",
                        "dev.reprise.job..",
                        "dev.reprise.lint..",
                        "dev.reprise.testing..",
                        // It plugs the repository into WildFly's subsystem of the engine.
                        "dev.reprise.wildfly..")
                // Whose artifacts a thread makes, only the engine knows.
                .and()
                .doNotHaveFullyQualifiedName("dev.reprise.log.LogThread")
                .should()
                .dependOnClassesThat(resideInAPackage("org.jberet.."))
                .check(CLASSES);
    }

    @Test
    void samplesDoNotUseTheRepositorysLibraries() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.reprise.sample..", "dev.reprise.item..")
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

    /** What changes is a part of one deployment, and found by it; thread-locals that it has count, too. */
    @Test
    void whatIsKeptForTheProcessOrAThreadIsNamed() {
        assertThat(CLASSES.stream()
                        .flatMap(each -> each.getFields().stream())
                        .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
                        .filter(field -> field.getRawType().isAssignableTo(ThreadLocal.class)
                                || (field.getModifiers().contains(JavaModifier.STATIC) && !Constant.is(field)))
                        .map(field -> field.getFullName().substring("dev.reprise.".length())))
                .as("what can be changed and belongs to no deployment: see 'Where the parts come from' in"
                        + " docs/architecture.md, or give a reason in KEPT")
                .containsExactlyInAnyOrderElementsOf(KEPT.keySet());
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

    /** More than one idea, or one that can be told in parts. */
    @Test
    void noClassIsTooLong() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")))
                    .allSatisfy(file ->
                            assertThat(Files.readAllLines(file)).as("%s", file).hasSizeLessThanOrEqualTo(350));
        }
    }

    /** What one room holds is found in it. */
    @Test
    void noRoomIsAHall() throws IOException {
        Map<Path, Integer> lines = new HashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                lines.merge(file.getParent(), Files.readAllLines(file).size(), Integer::sum);
            }
        }
        int all = lines.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(lines)
                .allSatisfy((room, its) ->
                        assertThat(its).as("%s of %s lines", room, all).isLessThan(all * 17 / 100));
    }

    private static String packageOf(String room) {
        return "dev.reprise." + room + "..";
    }
}
