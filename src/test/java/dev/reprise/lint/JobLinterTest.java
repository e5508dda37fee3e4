package dev.reprise.lint;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.lint.JobLinter.Report;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One bad XML for each rule: {@code src/test/resources/lint}. */
class JobLinterTest {

    private static final Path FOLDER = Path.of("src/test/resources/lint");

    private static final Surroundings CLASS_PATH = new ClasspathSurroundings(JobLinterTest.class.getClassLoader(), 10);

    private static final JobLinter LINTER = JobLinter.of(new FolderOf(FOLDER), CLASS_PATH);

    @Test
    void tellsWhereItIsNotWellFormed() {
        assertThat(lint("xml")).isEqualTo("""
                xml.xml:5: error: it is not well-formed: The end-tag for element type "step" must end with a '>' delimiter. Mend it there. [xml]
                """);
    }

    @Test
    void readsNoDoctype() {
        assertThat(lint("doctype")).isEqualTo("""
                doctype.xml:2: error: it has a DOCTYPE, which is never read. Remove it. [xml]
                """);
    }

    @Test
    void tellsWhatTheEngineCannotRead() {
        assertThat(lint("engine")).isEqualTo("""
                engine.xml:5: error: the engine cannot read it: JBERET000629: Cannot have both next attribute and next element Next attribute is already set to after. Mend that, or what it inherits. [xml]
                """);
    }

    @Test
    void checksWithTheSchemaOfJakartaBatch() {
        assertThat(lint("schema")).isEqualTo("""
                schema.xml:4: error: it is not as jobXML_2_0.xsd says. The content of element 'chunk' is not complete. One of '{processor, writer}' is expected. [schema]
                schema.xml:7: error: it is not as jobXML_2_0.xsd says. Invalid content was found starting with element '{listeners}'. One of '{partition, end, fail, next, stop}' is expected. [schema]
                schema.xml:9: error: it is not as jobXML_2_0.xsd says. Attribute 'nxt' is not allowed to appear in element 'step'. [schema]
                schema.xml:9: error: it is not as jobXML_2_0.xsd says. There are multiple occurrences of ID value 'only'. [schema]
                schema.xml:10: error: it is not as jobXML_2_0.xsd says. Attribute 'ref' must appear on element 'batchlet'. [schema]
                schema.xml:10: error: it is not as jobXML_2_0.xsd says. Element 'batchlet' cannot have character [children], because the type's content type is element-only. [schema]
                """);
    }

    @Test
    void wantsTheFileToBeCalledAsTheJob() {
        assertThat(lint("file-name")).isEqualTo("""
                file-name.xml:2: error: the job's id is 'another-name', but its file is file-name.xml, and after a crash a restart would not find it. Give both one name. [file-name]
                """);
    }

    @Test
    void knowsWhichWaysLeadNowhere() {
        assertThat(lint("target")).isEqualTo("""
                target.xml:4: error: the attribute next of step 'load' leads to 'laod', and there is no such element. Did you mean 'load'? [target]
                target.xml:7: error: <stop on="WAIT"> of step 'load' lets a restart begin at 'inner', which lies in flow 'flow', not on the job's own level. Write the id of an element on the job's own level. [restart-target]
                target.xml:8: error: <stop on="PAUSE"> of step 'load' lets a restart begin at 'loads', and there is no such element. Did you mean 'load'? [restart-target]
                target.xml:11: error: the attribute next of flow 'flow' leads to 'base', which is abstract. Write the id of an element on the job's own level. [target]
                target.xml:11: warning: flow 'flow' is never reached: no transition leads to it. Add one, or remove it. [unreachable]
                target.xml:14: error: <next on="A"> of step 'inner' leads to 'load', which lies outside, not in flow 'flow'. Write the id of an element in flow 'flow'. [target]
                target.xml:16: error: <next on="C"> of step 'inner' leads to 'nothing like it', and there is no such element. Write the id of an element in flow 'flow'. [target]
                """);
    }

    @Test
    void knowsBeansAndClasses() {
        assertThat(lint("ref")).isEqualTo("""
                ref.xml:4: error: <listener> refers to 'org.example.NoListener', and there is no bean, entry of META-INF/batch.xml or class of that name. Correct the ref, name a CDI bean so, or list it in META-INF/batch.xml. [ref]
                ref.xml:9: error: <reader> refers to 'numberRaeder', and there is no bean, entry of META-INF/batch.xml or class of that name. Did you mean 'numberReader'? [ref]
                """);
    }

    @Test
    void saysWhatItCannotJudge() throws IOException {
        URL classes =
                LintedArtifacts.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader forgetful = new URLClassLoader(new URL[] {classes}) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.matches(".*\\$Gone(Exception)?")) {
                    throw new ClassNotFoundException(name);
                }
                if (name.contains("LintedArtifacts")) {
                    Class<?> known = findLoadedClass(name);
                    return known == null ? findClass(name) : known;
                }
                return super.loadClass(name, resolve);
            }
        }) {
            JobLinter linter =
                    JobLinter.of(new FolderLoader(FOLDER, forgetful), new ClasspathSurroundings(forgetful, 10));

            assertThat(lint(linter, "unjudged")).isEqualTo("""
                    unjudged.xml:5: error: whether reader 'readerWithGone' has a checkpoint cannot be judged: class %1$sReaderWithGone needs %1$sGone, which is not on the class path. [unjudged]
                    unjudged.xml:6: error: which data sources writer 'writerWithGone' uses cannot be judged: class %1$sWriterWithGone needs %1$sGone, which is not on the class path. [unjudged]
                    unjudged.xml:8: error: whether '%1$sHeirException' is a class of exceptions cannot be judged: class %1$sHeirException needs %1$sGoneException, which is not on the class path. [unjudged]
                    unjudged.xml:13: error: <batchlet> refers to 'heirOfGone', and class %1$sHeirOfGone needs %1$sGone, which is not on the class path. Put there what it needs. [ref]
                    unjudged.xml:16: error: <batchlet> refers to '%1$sHeirOfGone', and class %1$sHeirOfGone needs %1$sGone, which is not on the class path. Put there what it needs. [ref]
                    """.formatted("dev.reprise.lint.LintedArtifacts$"));
        }
    }

    @Test
    void comparesParametersWithTheSchema() {
        assertThat(lint("parameter")).isEqualTo("""
                parameter.xml:6: error: parameter 'day' is not in parameter.schema.json, so no launch can give it. Declare it there, or take it out here. [parameter]
                parameter.xml:6: error: parameter 'mnth' is not in parameter.schema.json, so no launch can give it. Did you mean 'month'? [parameter]
                """);
    }

    @Test
    void readsTheParameterSchema() {
        assertThat(lint("parameter-schema")).isEqualTo("""
                parameter-schema.schema.json:1: error: it cannot be used: it is not a JSON Schema: /properties/month/type does not have a value in the enumeration ["array", "boolean", "integer", "nul…; /properties/month/type string found, array expected. Mend it as JSON Schema 2020-12 says. [parameter-schema]
                """);
    }

    @Test
    void readsTheScheduleAndThoseThatItComesAfter() {
        assertThat(lint("schedule")).isEqualTo("""
                schedule.schedule.json:2: error: 'cron' is '30 24 * * *': '24' is no hour (0-23). Write *, numbers, ranges like 1-5 or steps like */15, with commas between them. [schedule]
                schedule.schedule.json:5: error: there is no 'overlapp'. Did you mean 'overlap'? [schedule]
                """);
        assertThat(lint("schedule-after")).isEqualTo("""
                schedule-after.schedule.json:1: error: 'after' names 'gone': there is no such job. Correct the name, or leave it out. [schedule]
                schedule-after.schedule.json:1: error: 'after' names 'good': that job has no schedule, so no tick would ever come. Write one, or leave it out. [schedule]
                schedule-after.schedule.json:1: error: 'after' names 'schedule-before': that job has no tick of the same nominal time as 2024-01-01T03:00 here, which would wait for ever. Write times that both have. [schedule]
                schedule-after.schedule.json:1: error: 'after' names 'schedule-round': that job comes after this one itself, so that each would wait for the other. Leave one out. [schedule]
                """);
        assertThat(lint("schedule-before")).isEmpty();
    }

    /** Who launches it by hand may. */
    @Test
    void aScheduleKeepsNobodyFromLaunching() {
        assertThat(server(10).report("schedule").orElseThrow().findings())
                .hasSize(2)
                .allSatisfy(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING));
    }

    @Test
    void findsLoopsWithoutAWayOut() {
        assertThat(lint("endless")).isEqualTo("""
                endless.xml:6: warning: <end on="NEVER"> of step 'start' is never taken: on="*" in line 5 takes all of its exit statuses. Move it up, or remove it. [shadowed]
                endless.xml:8: error: step 'one', flow 'two' lead round and nowhere else, so the job never ends. Add a way out, such as <end on="…"/>, or take one 'next' away. [endless]
                endless.xml:12: error: step 'turn' leads to itself and nowhere else, so the job never ends. Add a way out, such as <end on="…"/>, or take one 'next' away. [endless]
                """);
    }

    @Test
    void countsBlockedThreads() {
        assertThat(lint("threads")).isEqualTo("""
                threads.xml:7: error: split 'many' can block 10 threads at once, and all that jobs have is 10: then none is left for what they wait for, and the job hangs. Give the batch thread pool more than 10 max-threads, or nest fewer splits and partitioned steps. [threads]
                """);
    }

    @Test
    void knowsHowLongIdsMayBe() {
        assertThat(lint("id-length")).isEqualTo("""
                id-length.xml:2: error: the job's id is 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj…', but its file is id-length.xml, and after a crash a restart would not find it. Give both one name. [file-name]
                id-length.xml:2: error: the id of the job has 101 characters, and 100 can be recorded. Shorten it to 100. [id-length]
                id-length.xml:3: error: the id of step 'ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss…' has 101 characters, and 100 can be recorded. Shorten it to 100. [id-length]
                id-length.xml:5: error: <stop on="A"> of step 'ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss…' names a restart point of 101 characters, and 100 can be recorded. Shorten its id. [id-length]
                id-length.xml:14: error: the id of step 'cssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss' has 89 characters, and 100 can be recorded, less 12 for ':partition' and its number. Shorten it to 88. [id-length]
                id-length.xml:19: error: the id of step 'dssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss' has 91 characters, and 100 can be recorded, less 13 for ':partition' and its number. Shorten it to 87. [id-length]
                """);
    }

    @Test
    void findsLocalTransactionsAlsoInheritedOnes() {
        assertThat(lint("local-tx")).isEqualTo("""
                local-tx.xml:5: error: jberet.local-tx of the job would commit chunks apart from their checkpoints, and so lose or repeat items. Remove the property. [local-tx]
                local-tx.xml:12: error: jberet.local-tx of step 'heir' would commit chunks apart from their checkpoints, and so lose or repeat items. Remove the property. [local-tx]
                """);
    }

    @Test
    void wantsToKnowWhetherASkippableFailureOfAWriterDropsTheChunk() {
        assertThat(lint("skip")).isEqualTo("""
                skip.xml:4: warning: a skippable exception of the writer drops the whole chunk, the good items too. Say reprise.skip=item in the properties of step 'unsaid' to skip the bad one alone, or =chunk if that is meant. [skip]
                skip.xml:12: error: reprise.skip of step 'misspelt' is 'items'. Write 'item' (what cannot be written is skipped alone) or 'chunk' (its whole chunk is, as without the property). [skip]
                """);
    }

    @Test
    void wantsToKnowWherePartitionsRun() {
        assertThat(lint("partitions")).isEqualTo("""
                partitions.xml:5: error: reprise.partitions of step 'misspelt' is 'everywhere'. Write 'distributed' (any node of the application may run its partitions) or 'local' (the node that runs the step does, as without the property). [partitions]
                partitions.xml:6: error: reprise.partitions.max of step 'misspelt' is '0'. It is how many of its partitions run at a time: a number from 1 to 999999. [partitions]
                partitions.xml:13: error: reprise.partitions of step 'none' is 'distributed', and the step has no partitions. Give it a <partition>, or remove the property. [partitions]
                partitions.xml:14: error: reprise.partitions.group of step 'none' is 'the large ones'. It is a group of nodes: 1 to 50 letters, digits, dots, dashes and underlines. [partitions]
                """);
    }

    @Test
    void wantsNoDecisionFirst() {
        assertThat(lint("first-decision")).isEqualTo("""
                first-decision.xml:3: error: the job begins with decision 'early', which the engine refuses, because there is no step before it that it could judge. Put one before it. [first-decision]
                first-decision.xml:7: error: flow 'flow' begins with decision 'too', which the engine refuses, because there is no step before it that it could judge. Put one before it. [first-decision]
                """);
    }

    @Test
    void readsTheIdentityProperty() {
        assertThat(lint("identity")).isEqualTo("""
                identity.xml:4: error: job 'identity': its property 'reprise.identity' is 'off'. Write 'none' (each start is a new instance) or 'parameters' (the same parameters are the same instance), or leave it out, which means 'parameters'. [property]
                """);
    }

    @Test
    void readsTheRecoveryProperties() {
        assertThat(lint("recovery")).isEqualTo("""
                recovery.xml:5: error: job 'recovery': its property 'reprise.recovery.back-off' is 'a while'. Write a time of at most an hour, as 500ms, 10s or 2m. [property]
                """);
    }

    @Test
    void findsWhatIsNeverReached() {
        assertThat(lint("unreachable")).isEqualTo("""
                unreachable.xml:7: warning: step 'orphan' is never reached: no transition leads to it. Add one, or remove it. [unreachable]
                unreachable.xml:17: warning: step 'lost' is never reached: no transition leads to it. Add one, or remove it. [unreachable]
                """);
    }

    @Test
    void findsWhatIsNeverTaken() {
        assertThat(lint("shadowed")).isEqualTo("""
                shadowed.xml:3: warning: the attribute next of step 'only' is never taken: on="*" in line 11 takes all of its exit statuses. Move it up, or remove it. [shadowed]
                shadowed.xml:6: warning: <end on="DONE?EARLY"> of step 'only' is never taken: on="DONE*" in line 5 takes all of its exit statuses. Move it up, or remove it. [shadowed]
                shadowed.xml:10: warning: <stop on="X*"> of step 'only' is never taken: those before it together take all of its exit statuses. Move it up, or remove it. [shadowed]
                shadowed.xml:13: warning: step 'after' is never reached: no transition leads to it. Add one, or remove it. [unreachable]
                """);
    }

    @Test
    void warnsOfReadersWithoutACheckpoint() {
        assertThat(lint("checkpoint")).isEqualTo("""
                checkpoint.xml:5: warning: reader 'forgetfulReader' (dev.reprise.lint.LintedArtifacts$Reader) does not override checkpointInfo, so a restart of step 'work' reads everything again. Return a checkpoint and begin at it in open, or say restartable="false" in the job. [checkpoint]
                """);
    }

    @Test
    void warnsOfTimeLimits() {
        assertThat(lint("time-limit")).isEqualTo("""
                time-limit.xml:10: warning: time-limit of step 'own' starts a thread for each chunk, which lives until the limit is over and then ends whatever chunk there is. Use item-count, or a checkpoint-algorithm that looks at the time. [time-limit]
                time-limit.xml:16: warning: time-limit of step 'heir' starts a thread for each chunk, which lives until the limit is over and then ends whatever chunk there is. Use item-count, or a checkpoint-algorithm that looks at the time. [time-limit]
                time-limit.xml:19: warning: time-limit of step 'given' starts a thread for each chunk, which lives until the limit is over and then ends whatever chunk there is. Use item-count, or a checkpoint-algorithm that looks at the time. [time-limit]
                """);
    }

    @Test
    void knowsWhichCheckpointPoliciesThereAre() {
        assertThat(lint("checkpoint-policy")).isEqualTo("""
                checkpoint-policy.xml:4: error: step 'time' has the checkpoint-policy 'time', which the engine does not know, so it would fail. Write 'item' or 'custom'. [checkpoint-policy]
                checkpoint-policy.xml:10: error: step 'nothing' has the checkpoint-policy 'custom' and no <checkpoint-algorithm>, so it would fail. Add one, or leave the policy out. [checkpoint-policy]
                checkpoint-policy.xml:19: warning: the checkpoint-algorithm of step 'idle' is never asked, because the policy is 'item'. Write checkpoint-policy="custom", or remove it. [checkpoint-policy]
                """);
    }

    @Test
    void knowsWhereATransactionTimeOutHolds() {
        assertThat(lint("transaction-timeout")).isEqualTo("""
                transaction-timeout.xml:3: warning: jakarta.transaction.global.timeout of the job is read by nobody. Write jakarta.transaction.global.timeout among the properties of each step. [transaction-timeout]
                transaction-timeout.xml:16: warning: javax.transaction.global.timeout of step 'old' is read by nobody. Write jakarta.transaction.global.timeout. [transaction-timeout]
                transaction-timeout.xml:25: error: jakarta.transaction.global.timeout of step 'words' is '10m', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                transaction-timeout.xml:34: warning: jakarta.transaction.global.timeout of step 'asked' does not hold for its chunks: the checkpointTimeout of its checkpoint-algorithm does. Return it there. [transaction-timeout]
                transaction-timeout.xml:44: warning: jakarta.transaction.global.timeout of step 'task' has no effect, because a batchlet has no transaction of the engine's. Set the time-out where its transactions begin. [transaction-timeout]
                """);
    }

    @Test
    void readsNumbersAsTheEngineDoes() {
        assertThat(lint("number")).isEqualTo("""
                number.xml:3: error: start-limit of step 'load' is 'three', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:4: error: item-count of step 'load' is '1_000', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:4: error: retry-limit of step 'load' is ' 3', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:4: error: skip-limit of step 'load' is '10%', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:4: error: time-limit of step 'load' is '5s', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:9: error: partitions of step 'load' is 'many', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:9: error: threads of step 'load' is '3000000000', which the engine cannot read, so the step would fail. Write a whole number of at most 2147483647. [number]
                number.xml:13: error: item-count of step 'more' is 0, so the step would fail. Write 1 or more. [number]
                """);
    }

    @Test
    void knowsWhichExceptionsTheEngineCompares() {
        assertThat(lint("exception-class")).isEqualTo("""
                exception-class.xml:9: warning: <include> of <skippable-exception-classes> names 'SQLException', which is not to be found, so the engine takes no exception for it. Write the name of a class with its package, and with $ before a class in a class. [exception-class]
                exception-class.xml:10: warning: <include> of <skippable-exception-classes> names 'dev.reprise.lint.LintedArtifacts.Odd', which is not to be found, so the engine takes no exception for it. Write the name of a class with its package, and with $ before a class in a class. [exception-class]
                exception-class.xml:14: warning: <include> of <retryable-exception-classes> names 'java.lang.Throwable', which is no class of exceptions, so the engine takes none for it. Write Exception or a class below it. [exception-class]
                exception-class.xml:15: warning: <include> of <retryable-exception-classes> names 'java.lang.OutOfMemoryError', which is no class of exceptions, so the engine takes none for it. Write Exception or a class below it. [exception-class]
                exception-class.xml:19: warning: <include> of <no-rollback-exception-classes> names 'java.lang.Runnable', which is no class of exceptions, so the engine takes none for it. Write Exception or a class below it. [exception-class]
                """);
    }

    @Test
    void findsNothingInGoodJobs() {
        assertThat(lint("good")).isEmpty();
        assertThat(lint("not-restartable")).isEmpty();
        assertThat(lint("inherited")).isEmpty();
    }

    @Test
    void countsAsManyThreadsAsThereAre() {
        assertThat(server(11).report("threads").orElseThrow().findings()).isEmpty();
        assertThat(server(1).report("threads").orElseThrow().findings())
                .extracting(Finding::line)
                .containsExactly(3, 7);
    }

    @Test
    void warnsOfDataSourcesThatTheServerKnowsToBeStrangers() {
        JobLinter linter = server(10);

        assertThat(linter.report("data-source.xml").orElseThrow().findings())
                .singleElement()
                .hasToString("""
                META-INF/batch-jobs/data-source.xml:6: warning: writer 'strangeWriter' \
                (dev.reprise.lint.LintedArtifacts$StrangeWriter) of step 'work' uses data source 'strange', which cannot be \
                in one transaction with the job repository's. Write to that of the repository, or make both XA data \
                sources. [data-source]""");
        assertThat(lint("data-source")).isEmpty();
    }

    @Test
    void knowsBeansHoweverTheyAreNamed() {
        for (String name : List.of(
                "forgetfulReader",
                "strangeWriter",
                "ofAStereotype",
                "ofAField",
                "ofAMethod",
                "numberReader",
                "flightReader")) {
            assertThat(CLASS_PATH.bean(name)).as(name).isPresent();
        }
        assertThat(CLASS_PATH.bean("reader")).isEmpty();
        assertThat(CLASS_PATH.bean("withADataSource")).isEmpty();
    }

    @Test
    void knowsWhatBatchXmlLists(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("META-INF"));
        Files.writeString(folder.resolve("META-INF/batch.xml"), """
                <batch-artifacts xmlns="https://jakarta.ee/xml/ns/jakartaee">
                  <ref id="listed" class="java.lang.Runnable"/>
                  <ref id="missing" class="org.example.Missing"/>
                </batch-artifacts>
                """);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
            ArtifactLookup artifacts = new ArtifactLookup(loader, new ClasspathSurroundings(loader, 10));

            assertThat(artifacts.find("listed")).isPresent();
            assertThat(artifacts.find("missing")).isEmpty();
        }
    }

    @Test
    void tellsWhichJobsHaveNoIdentity() {
        Report report = JobLinter.of(new FolderOf(Path.of("src/test/resources/jobs")), CLASS_PATH)
                .report("identity-none")
                .orElseThrow();

        assertThat(report.identityNone()).isTrue();
        assertThat(LINTER.report("good").orElseThrow().identityNone()).isFalse();
    }

    @Test
    void knowsNoJobWithoutItsFile() {
        assertThat(LINTER.report("nothing")).isEmpty();
        assertThat(LINTER.report("../jobs/gate")).isEmpty();
    }

    @Test
    void neverThrows() {
        JobLinter broken = JobLinter.of(
                new ClassLoader() {
                    @Override
                    public InputStream getResourceAsStream(String name) {
                        throw new IllegalStateException("as told");
                    }
                },
                CLASS_PATH);

        assertThat(broken.report("any").orElseThrow().findings())
                .singleElement()
                .hasToString("META-INF/batch-jobs/any.xml:1: error: it could not be judged to the end:"
                        + " java.lang.IllegalStateException: as told. [unjudged]");
    }

    @Test
    void listsAllFindingsWhereATestRequiresNone(@TempDir Path folder) throws IOException {
        Path jobs = Files.createDirectories(folder.resolve("META-INF/batch-jobs"));
        for (String file : List.of("xml.xml", "shadowed.xml")) {
            Files.copy(FOLDER.resolve(file), jobs.resolve(file));
        }

        AssertionError error = within(
                folder,
                () -> catchThrowableOfType(
                        AssertionError.class, () -> JobLinter.ofClasspath().requireNoErrors()));

        assertThat(String.valueOf(error.getMessage())
                        .lines()
                        .map(line -> line.replaceFirst(": (error|warning): .*", "")))
                .containsExactly(
                        "There are errors in job XML:",
                        "META-INF/batch-jobs/shadowed.xml:3",
                        "META-INF/batch-jobs/shadowed.xml:4",
                        "META-INF/batch-jobs/shadowed.xml:6",
                        "META-INF/batch-jobs/shadowed.xml:10",
                        "META-INF/batch-jobs/shadowed.xml:13",
                        "META-INF/batch-jobs/shadowed.xml:14",
                        "META-INF/batch-jobs/xml.xml:5");
    }

    @Test
    void requiresThatThereAreJobs() throws IOException {
        Path empty = Files.createTempDirectory("no-jobs");

        AssertionError error = within(
                empty,
                () -> catchThrowableOfType(
                        AssertionError.class,
                        () -> JobLinter.ofFolder(empty, 10).requireNoErrors()));

        assertThat(error).hasMessageStartingWith("There is no job XML");
    }

    @Test
    void theJobsOfThisProjectHaveNoFindings() {
        JobLinter linter = JobLinter.ofClasspath();

        linter.requireNoErrors();
        assertThat(linter.reports()).extracting(Report::job).contains("flight-performance");
        assertThat(linter.reports())
                .allSatisfy(report -> assertThat(report.findings()).isEmpty());
    }

    @Test
    void mavenFailsOnErrorsAndOnNothing(@TempDir Path folder) throws IOException {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> JobLinter.main(new String[] {folder.toString(), "5"}))
                .withMessage("There is no job XML in " + folder + ". Name the folder of your jobs");
        Files.copy(FOLDER.resolve("xml.xml"), folder.resolve("xml.xml"));
        assertThatIllegalStateException()
                .isThrownBy(() -> JobLinter.main(new String[] {folder.toString()}))
                .withMessage("1 error in job XML, each written above");
    }

    /** A server with so many threads that knows one data source beside the repository's. */
    private static JobLinter server(int threads) {
        return JobLinter.of(new FolderOf(FOLDER), new Surroundings() {

            @Override
            public Optional<Artifact> bean(String name) {
                return CLASS_PATH.bean(name);
            }

            @Override
            public Collection<String> beanNames() {
                return List.of();
            }

            @Override
            public int threads() {
                return threads;
            }

            @Override
            public Optional<String> stranger(String jndiName) {
                return jndiName.equals("java:jboss/datasources/strange") ? Optional.of("strange") : Optional.empty();
            }
        });
    }

    private static String lint(String job) {
        return lint(LINTER, job);
    }

    private static String lint(JobLinter linter, String job) {
        return linter.report(job).orElseThrow().findings().stream()
                .map(finding -> finding.toString().replaceFirst("^META-INF/batch-jobs/", "") + "\n")
                .collect(joining());
    }

    private interface Attempt {
        AssertionError make();
    }

    /** With a class path that begins with this folder, as a team's test has it. */
    private static AssertionError within(Path folder, Attempt attempt) throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
            Thread.currentThread().setContextClassLoader(loader);
            return attempt.make();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** A deployment whose jobs lie in a folder. */
    private static final class FolderOf extends ClassLoader {

        private final Path folder;

        FolderOf(Path folder) {
            this.folder = folder;
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            Path file = folder.resolve(name.replaceFirst("^META-INF/batch-jobs/", ""));
            try {
                return Files.exists(file) ? Files.newInputStream(file) : null;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
