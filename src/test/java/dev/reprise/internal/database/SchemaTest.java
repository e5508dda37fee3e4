package dev.reprise.internal.database;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The tables are brought to the version that the code knows, or nothing is touched. */
class SchemaTest {

    @ParameterizedTest
    @EnumSource
    void migratingASecondTimeChangesNothing(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        List<String> history = history(database);
        Map<String, Long> before = database.rowCounts();

        Schema.migrate(database.plain());

        assertThat(history(database)).isEqualTo(history);
        assertThat(database.rowCounts()).isEqualTo(before);
        assertThat(before.keySet().stream().map(String::toUpperCase))
                .contains("BATCH_JOB_INSTANCE", "BATCH_STEP_EXECUTION_CONTEXT", "REPRISE_OWNER", "REPRISE_EXCEPTION");
    }

    @ParameterizedTest
    @EnumSource
    void nodesThatMigrateAtOnceMigrateOnce(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.empty(kind);
        int nodes = 4;
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(nodes);
        try {
            List<Future<?>> migrations = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                // One after the other, so that some look while another one is in the middle of it.
                migrations.add(pool.schedule(() -> Schema.migrate(database.plain()), i * 20L, TimeUnit.MILLISECONDS));
            }
            for (Future<?> migration : migrations) {
                migration.get(Patience.MINUTES, TimeUnit.MINUTES);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(history(database)).filteredOn(row -> row.startsWith("1|")).hasSize(1);
        TestNode.on(database).run(TestNode.job());
    }

    /** H2 lets two sessions that create tables at once wait for each other, until the lock of one has waited enough. */
    @Test
    void migratesWhileTheApplicationMakesTablesOfItsOwn() throws Exception {
        for (int i = 0; i < 5; i++) {
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=100");
            AtomicBoolean migrated = new AtomicBoolean();
            FutureTask<Void> application = new FutureTask<>(() -> {
                try (Connection connection = h2.getConnection();
                        Statement statement = connection.createStatement()) {
                    while (!migrated.get()) {
                        try {
                            statement.execute("create table if not exists OF_THE_APPLICATION (ID bigint primary key)");
                            statement.execute("drop table if exists OF_THE_APPLICATION");
                            TimeUnit.MILLISECONDS.sleep(1);
                        } catch (SQLException lost) {
                            // The application may lose its turn, the repository may not.
                        }
                    }
                    return null;
                }
            });
            new Thread(application).start();

            Schema.migrate(h2, Duration.ZERO);

            migrated.set(true);
            application.get(Patience.MINUTES, TimeUnit.MINUTES);
        }
    }

    /** Where DDL commits by itself, the tables of another node are seen before its history says that it made them. */
    @ParameterizedTest
    @EnumSource
    void waitsForTablesThatAnotherNodeIsMaking(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.empty(kind);
        database.execute("create table BATCH_JOB_INSTANCE (JOB_INSTANCE_ID bigint)");
        FutureTask<Void> migration = new FutureTask<>(() -> Schema.migrate(database.plain()), null);
        Thread node = new Thread(migration);
        node.start();
        await().until(() -> migration.isDone() || node.getState() == Thread.State.TIMED_WAITING);
        assertThat(migration.isDone()).isFalse();

        database.execute("drop table BATCH_JOB_INSTANCE");

        migration.get(Patience.MINUTES, TimeUnit.MINUTES);
        assertThat(history(database)).filteredOn(row -> row.startsWith("1|")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void refusesANewerSchema(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        database.execute("""
                insert into "reprise_schema_history"
                    ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by",
                     "execution_time", "success")
                values (99, '99', 'of the future', 'SQL', 'V99__of_the_future.sql', 1, 'somebody', 1, true)""");

        assertRefused(database, "version 99", "does not know", "Nothing was changed");
    }

    @ParameterizedTest
    @EnumSource
    void refusesASchemaWhoseMigrationDidNotFinish(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        database.execute("update \"reprise_schema_history\" set \"success\" = false where \"version\" = '1'");

        assertRefused(database, "Migration 1", "did not finish", "Nothing was changed");
    }

    @ParameterizedTest
    @EnumSource
    void refusesTablesThatItDidNotMake(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.empty(kind);
        database.execute("create table BATCH_JOB_INSTANCE (JOB_INSTANCE_ID bigint)");
        database.execute("insert into BATCH_JOB_INSTANCE values (1)");

        assertRefused(database, "BATCH_JOB_INSTANCE", "another program's", "Nothing was changed");
    }

    /** And does not wait until somebody grants them. */
    @Test
    void saysWhoMayNotMakeTables() throws SQLException {
        String user = "reader" + UUID.randomUUID().toString().replace("-", "");
        PGSimpleDataSource postgresql = PostgresServer.emptySchema();
        try (Connection administrator = postgresql.getConnection()) {
            administrator.createStatement().execute("create role " + user + " login");
            administrator
                    .createStatement()
                    .execute("grant usage on schema " + administrator.getSchema() + " to " + user);
        }
        postgresql.setUser(user);
        assertMayNot(postgresql, user, "permission denied for schema ");

        JdbcDataSource h2 = new JdbcDataSource();
        h2.setUrl("jdbc:h2:mem:" + user);
        try (Connection administrator = h2.getConnection()) {
            administrator.createStatement().execute("create user " + user + " password ''");
            h2.setUser(user);
            assertMayNot(h2, user.toUpperCase(Locale.ROOT), "Not enough rights for object");
        }
    }

    @Test
    void saysThatTheDatabaseTakesNoTables() throws SQLException {
        PGSimpleDataSource readOnly = PostgresServer.emptySchema();
        readOnly.setOptions("-c default_transaction_read_only=on");
        assertMayNot(readOnly, "postgres", "cannot execute CREATE TABLE in a read-only transaction");
    }

    private static void assertMayNot(DataSource dataSource, String user, String why) {
        assertThatThrownBy(() -> Schema.migrate(dataSource, Duration.ofDays(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "The data source's user " + user + " cannot make or change the tables of the job repository: ")
                .hasMessageContaining(why)
                .hasMessageContaining("create schema batch authorization " + user + ", and write schema=batch")
                .extracting(Throwable::getMessage, as(InstanceOfAssertFactories.STRING))
                .doesNotContain("\n");
    }

    /** Where DDL cannot be rolled back, a first migration that was broken off leaves some tables. */
    @ParameterizedTest
    @EnumSource
    void refusesTablesWhoseHistoryIsGone(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        database.execute("drop table \"reprise_schema_history\"");
        database.execute("drop table REPRISE_EXCEPTION");

        assertRefused(database, "BATCH_JOB_INSTANCE", "broken off", "Nothing was changed");
    }

    /** A lock, say, that lasted too long. */
    @ParameterizedTest
    @EnumSource
    void beginsAgainWhatFailedOnItsWay(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.empty(kind);
        database.watched().fail(1, "create table if not exists REPRISE_RESTART");

        Schema.migrate(database.pooled());

        assertThat(database.watched().failures()).isEqualTo(1);
        assertThat(database.row("select count(*) from REPRISE_RESTART")).isEqualTo("0");
        Schema.migrate(database.pooled());
    }

    /** As the first versions of this code wrote it, from one file for each database and version. */
    private static List<String> historyOfOldTables(TestDatabase.Kind kind) {
        return switch (kind) {
            case H2 ->
                List.of(
                        "1|job repository|SQL|V1__job_repository.sql|-423335191",
                        "2|transitions and plans|SQL|V2__transitions_and_plans.sql|30609815",
                        "3|recovery|SQL|V3__recovery.sql|1669248295",
                        "4|audit|SQL|V4__audit.sql|-1842893807",
                        "5|unfinished executions|SQL|V5__unfinished_executions.sql|253752332",
                        "6|purge|SQL|V6__purge.sql|-1841148986",
                        "7|statuses that touch no index|SQL|V7__statuses_that_touch_no_index.sql|1373908624",
                        "8|sequences with a cache|SQL|V8__sequences_with_a_cache.sql|1006707390",
                        "9|owners by incarnation|SQL|V9__owners_by_incarnation.sql|-1468456264",
                        "10|applications|SQL|V10__applications.sql|-1334589485",
                        "11|unfinished of applications|SQL|V11__unfinished_of_applications.sql|-836689837",
                        "12|definitions|SQL|V12__definitions.sql|-856589681",
                        "13|tokens of launches|SQL|V13__tokens_of_launches.sql|-1342990564",
                        "14|attempts|SQL|V14__attempts.sql|802191312",
                        "15|leases|SQL|V15__leases.sql|-794281920",
                        "16|requests|SQL|V16__requests.sql|-2028037073",
                        "17|work|SQL|V17__work.sql|-193873738",
                        "18|schedules|SQL|V18__schedules.sql|1367792225",
                        "21|attention|SQL|V21__attention.sql|-511157106");
            case POSTGRESQL ->
                List.of(
                        "1|job repository|SQL|V1__job_repository.sql|202028149",
                        "2|transitions and plans|SQL|V2__transitions_and_plans.sql|30609815",
                        "3|recovery|SQL|V3__recovery.sql|1669248295",
                        "4|audit|SQL|V4__audit.sql|-1842893807",
                        "5|unfinished executions|SQL|V5__unfinished_executions.sql|1885199579",
                        "6|purge|SQL|V6__purge.sql|-1841148986",
                        "7|statuses that touch no index|SQL|V7__statuses_that_touch_no_index.sql|-214285087",
                        "9|owners by incarnation|SQL|V9__owners_by_incarnation.sql|-1468456264",
                        "10|applications|SQL|V10__applications.sql|-1334589485",
                        "11|unfinished of applications|SQL|V11__unfinished_of_applications.sql|1299944525",
                        "12|definitions|SQL|V12__definitions.sql|-856589681",
                        "13|tokens of launches|SQL|V13__tokens_of_launches.sql|-1342990564",
                        "14|attempts|SQL|V14__attempts.sql|802191312",
                        "15|leases|SQL|V15__leases.sql|-794281920",
                        "16|requests|SQL|V16__requests.sql|-2028037073",
                        "17|work|SQL|V17__work.sql|588997989",
                        "18|schedules|SQL|V18__schedules.sql|-339916574",
                        "19|waiting executions|SQL|V19__waiting_executions.sql|1806265984",
                        "21|attention|SQL|V21__attention.sql|1608830647");
        };
    }

    /** A database that has them already refuses others of these versions, even for a comment. */
    @ParameterizedTest
    @EnumSource
    void neverChangesAMigrationThatSomebodyMayHave(TestDatabase.Kind kind) {
        assertThat(migrations(TestDatabase.migrated(kind))).isEqualTo(historyOfOldTables(kind));
    }

    /** As an older build left them, whichever its newest version was. */
    @ParameterizedTest
    @EnumSource
    void bringsOldTablesToTheNewestVersion(TestDatabase.Kind kind) {
        List<String> newest = historyOfOldTables(kind);
        for (int applied = 1; applied < newest.size(); applied++) {
            String version = newest.get(applied - 1).replaceFirst("\\|.*", "");
            TestDatabase database = TestDatabase.ofVersion(kind, version);
            assertThat(migrations(database)).isEqualTo(newest.subList(0, applied));

            Schema.migrate(database.plain(), Duration.ZERO);

            assertThat(migrations(database)).as("from version %s", version).isEqualTo(newest);
            TestNode.on(database).run(TestNode.job());
        }
    }

    @ParameterizedTest
    @EnumSource
    void hasNothingToDoWithTablesThatAreThere(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        database.execute("delete from \"reprise_schema_history\" where \"version\" is not null");
        int rank = 0;
        for (String migration : historyOfOldTables(kind)) {
            String[] fields = migration.split("\\|", -1);
            database.execute("""
                    insert into "reprise_schema_history"
                        ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by",
                         "execution_time", "success")
                    values (?, ?, ?, ?, ?, ?, 'somebody', 1, true)""", ++rank, fields[0], fields[1], fields[2], fields[3], Integer.valueOf(fields[4]));
        }
        List<String> history = history(database);

        Schema.migrate(database.plain(), Duration.ZERO);

        assertThat(history(database)).isEqualTo(history);
    }

    /** However often it looks: what is begun again where DDL commits by itself is what did not finish, and nothing else. */
    @ParameterizedTest
    @EnumSource
    void refusesTablesThatAnotherTextMade(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        database.execute("update \"reprise_schema_history\" set \"checksum\" = 1 where \"version\" = '11'");

        assertThatThrownBy(() -> Schema.migrate(database.plain(), Duration.ofMillis(500)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Migration checksum mismatch for migration version 11");
        assertThat(database.row("select \"checksum\" from \"reprise_schema_history\" where \"version\" = '11'"))
                .isEqualTo("1");
    }

    @Test
    void listsTheMigrationsThatThereAre() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/dev/reprise/internal/database/migrations"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrderElementsOf(Migrations.ALL);
        }
    }

    /** A schema that other tables live in is welcome. */
    @ParameterizedTest
    @EnumSource
    void livesBesideOtherTables(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.empty(kind);
        database.execute("create table FLIGHT (ID bigint)");

        Schema.migrate(database.plain());
        Schema.migrate(database.plain());

        TestNode.on(database).run(TestNode.job());
    }

    private static void assertRefused(TestDatabase database, String... words) {
        Map<String, Long> before = database.rowCounts();
        assertThatThrownBy(() -> Schema.migrate(database.plain(), Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(words);
        assertThat(database.rowCounts()).isEqualTo(before);
    }

    private static List<String> migrations(TestDatabase database) {
        return database.rows("""
                select "version", "description", "type", "script", "checksum" from "reprise_schema_history"
                where "version" is not null order by "installed_rank"
                """);
    }

    private static List<String> history(TestDatabase database) {
        return database.rows("select \"version\", \"installed_rank\", \"success\" from \"reprise_schema_history\""
                + " order by \"installed_rank\"");
    }
}
