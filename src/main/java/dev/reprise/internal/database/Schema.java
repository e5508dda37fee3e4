package dev.reprise.internal.database;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;

/** Brings the tables of the repository to the version that this code knows, or refuses and touches nothing. */
public final class Schema {

    private static final Logger LOG = System.getLogger(Schema.class.getName());

    private static final String HISTORY = "reprise_schema_history";

    /** How long a migration that another node may be at is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(100);

    /** Tables without a history: somebody is making them, did not finish, or they are not ours. */
    private static final class TablesWithoutHistory extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        TablesWithoutHistory(String message) {
            super(message);
        }
    }

    private Schema() {}

    /**
     * Creates or migrates the tables. Any number of nodes may do so at once; exactly one does each step.
     *
     * @throws IllegalStateException if the schema is newer than this code, if an earlier migration did not finish, or
     *     if tables of these names are there that Reprise did not make; the message says what to do
     */
    public static void migrate(DataSource dataSource) {
        migrate(dataSource, PATIENCE);
    }

    /**
     * {@link #migrate(DataSource)} in a schema of its own, which is created if it is not there.
     *
     * @param schema its name, which {@link #isName} takes; null for that of the data source's connections
     * @throws IllegalStateException also if it is not there, and the user of the data source may not create it
     */
    public static void migrate(DataSource dataSource, @Nullable String schema) {
        migrate(dataSource, schema, PATIENCE);
    }

    /** Whether a schema can be called that: letters, digits and underlines, no digit first, and 63 at most. */
    public static boolean isName(String schema) {
        return Tables.isName(schema);
    }

    /**
     * Where DDL commits by itself (H2) another node's tables are there before its history says so, and Flyway itself
     * fails when two create that history at once: both are looked at again, and only then believed.
     */
    public static void migrate(DataSource dataSource, Duration patience) {
        migrate(dataSource, null, patience);
    }

    private static void migrate(DataSource dataSource, @Nullable String named, Duration patience) {
        Connections connections = new Connections(dataSource);
        Dialect dialect = Dialect.of(connections);
        String schema = named == null ? null : Tables.folded(dialect, named);
        FluentConfiguration configuration = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(dialect.forDdl(dataSource))
                .resourceProvider(new Migrations(dialect))
                .javaMigrationClassProvider(List::of)
                .table(HISTORY)
                .loggers(FlywayLog.class.getName())
                .baselineOnMigrate(true)
                .baselineVersion("0");
        if (schema != null) {
            createUnlessThere(dataSource, schema);
            configuration.schemas(schema).createSchemas(false);
        }
        long began = System.nanoTime();
        FlywayException failure = null;
        while (true) {
            boolean last = System.nanoTime() - began >= patience.toNanos();
            try {
                Flyway flyway = configuration.load();
                if (failure != null && dialect.commitsDdlByItself() && isHalfDone(flyway)) {
                    // What began just now, and did not finish where DDL commits by itself, is begun again.
                    flyway.repair();
                }
                refuseWhatIsNotOurs(flyway, dataSource, schema);
                MigrateResult result = flyway.migrate();
                if (result.migrationsExecuted > 0) {
                    LOG.log(
                            Level.INFO,
                            "The tables of the job repository are at version {0} now",
                            result.targetSchemaVersion);
                }
                return;
            } catch (TablesWithoutHistory e) {
                if (last || !pause()) {
                    throw e;
                }
            } catch (FlywayException e) {
                connections.failed(e);
                if (SqlFailures.mayNot(e)) {
                    throw mayNot(dataSource, e);
                }
                if (failure == null || !cause(e).equals(cause(failure))) {
                    LOG.log(
                            Level.WARNING,
                            "A migration of the job repository failed and is tried again: {0}",
                            Text.line(cause(e)));
                }
                failure = e;
                if (last || !pause()) {
                    throw new IllegalStateException(
                            "The tables of the job repository could not be brought up to date; nothing runs until they"
                                    + " are: " + e.getMessage(),
                            e);
                }
            }
        }
    }

    /** A repair takes the checksums of this code for those of the tables, too: it is for nothing else. */
    private static boolean isHalfDone(Flyway flyway) {
        return Arrays.stream(flyway.info().all())
                .anyMatch(migration -> migration.getState().isFailed());
    }

    /** What the database said, without the statement. */
    private static String cause(FlywayException e) {
        return SqlFailures.message(e).orElseGet(() -> String.valueOf(e.getMessage()));
    }

    private static IllegalStateException mayNot(DataSource dataSource, FlywayException e) {
        try (Connection connection = dataSource.getConnection()) {
            String user = connection.getMetaData().getUserName();
            return new IllegalStateException(
                    "The data source's user " + user + " cannot make or change the tables of the job repository: "
                            + Text.line(cause(e)) + ". Give it a schema of its own, create schema batch authorization "
                            + user + ", and write schema=batch into META-INF/reprise.properties; or grant it the right;"
                            + " or, if the database is read-only, take one that is not.",
                    e);
        } catch (SQLException away) {
            throw Dialect.doesNotAnswer(away);
        }
    }

    /** False if the thread is to end. */
    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where the tables are, for the log: the URL of the database without its options, which may hold secrets. */
    public static String place(DataSource dataSource, @Nullable String schema) {
        try (Connection connection = dataSource.getConnection()) {
            String url = connection.getMetaData().getURL().replaceFirst("[;?].*", "");
            return schema == null ? url : url + ", schema " + schema;
        } catch (SQLException e) {
            throw new IllegalStateException("The job repository's database does not answer: " + e.getMessage(), e);
        }
    }

    private static void refuseWhatIsNotOurs(Flyway flyway, DataSource dataSource, @Nullable String schema) {
        MigrationInfo[] all = flyway.info().all();
        for (MigrationInfo migration : all) {
            MigrationState state = migration.getState();
            if (state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED) {
                throw new IllegalStateException("The job repository's schema has version " + migration.getVersion()
                        + ", which this version of Reprise does not know. Deploy the version that made it, or a newer"
                        + " one. Nothing was changed.");
            }
            if (state.isFailed()) {
                throw new IllegalStateException("Migration " + migration.getVersion() + " ("
                        + migration.getDescription() + ") of the job repository's schema began and did not finish."
                        + " Restore the database from before it, or finish it by hand and delete its failed row from "
                        + HISTORY + ". Nothing was changed.");
            }
        }
        boolean ours = Arrays.stream(all)
                .anyMatch(migration -> migration.getState().isApplied()
                        && migration.getVersion() != null
                        && migration.getVersion().getVersion().equals("1"));
        if (!ours && tableExists(dataSource, schema, "BATCH_JOB_INSTANCE") && !appliedMeanwhile(flyway)) {
            throw new TablesWithoutHistory("There is a table BATCH_JOB_INSTANCE, but " + HISTORY
                    + " does not say that Reprise made it: it is another program's, or left by a first migration that"
                    + " was broken off. Give Reprise a schema of its own, or drop the half-made tables. Nothing was"
                    + " changed.");
        }
    }

    /** Another node may have migrated between our two looks. */
    private static boolean appliedMeanwhile(Flyway flyway) {
        return Arrays.stream(flyway.info().applied())
                .anyMatch(migration -> migration.getVersion() != null
                        && migration.getVersion().getVersion().equals("1")
                        && !migration.getState().isFailed());
    }

    /** Several nodes may do so at once, and one of them is in the other's way. */
    private static void createUnlessThere(DataSource dataSource, String schema) {
        try (Connection connection = dataSource.getConnection()) {
            if (schemaExists(connection, schema)) {
                return;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("create schema \"" + schema + '"');
                LOG.log(Level.INFO, "Created the schema {0} for the job repository", schema);
            } catch (SQLException e) {
                if (!schemaExists(connection, schema)) {
                    throw new IllegalStateException(
                            "There is no schema " + schema
                                    + " for the job repository, and the data source's user cannot"
                                    + " create it: " + Text.line(String.valueOf(e.getMessage()))
                                    + " Create it, and give"
                                    + " it to that user: create schema " + schema + " authorization "
                                    + connection.getMetaData().getUserName()
                                    + "; or write the name of another one into reprise.schema.",
                            e);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The job repository's database cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean schemaExists(Connection connection, String schema) throws SQLException {
        try (ResultSet schemas = connection.getMetaData().getSchemas()) {
            while (schemas.next()) {
                if (schemas.getString("TABLE_SCHEM").equals(schema)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean tableExists(DataSource dataSource, @Nullable String named, String table) {
        try (Connection connection = dataSource.getConnection()) {
            String schema = named == null ? connection.getSchema() : named;
            for (String name : new String[] {table, table.toLowerCase(Locale.ROOT)}) {
                try (ResultSet tables = connection.getMetaData().getTables(null, schema, name, null)) {
                    if (tables.next()) {
                        return true;
                    }
                }
            }
            return false;
        } catch (SQLException e) {
            throw new IllegalStateException("The job repository's database cannot be read: " + e.getMessage(), e);
        }
    }
}
