package dev.reprise.internal.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** That the role and the database which the README has an administrator make are enough. */
class ReadmeRoleTest {

    @Test
    void ofTheReadmeMakesTheTablesAndMayEndItsOwnSessions() throws IOException, SQLException {
        String name = "batch" + UUID.randomUUID().toString().replace("-", "");
        List<String> statements;
        try (var lines = Files.lines(Path.of("README.md"))) {
            statements = lines.filter(line -> line.matches(" {4}create (role|database) batch .*"))
                    .map(line -> line.replaceFirst(";.*", "")
                            .replaceAll("\\bbatch\\b", name)
                            .replace("…", "secret"))
                    .toList();
        }
        assertThat(statements).hasSize(2);
        PGSimpleDataSource database = PostgresServer.emptySchema();
        try (Connection administrator = database.getConnection()) {
            for (String statement : statements) {
                administrator.createStatement().execute(statement);
            }
        }
        database.setDatabaseName(name);
        database.setUser(name);
        database.setPassword("secret");
        database.setCurrentSchema(null);

        Schema.migrate(database);

        try (Connection own = database.getConnection();
                Connection other = database.getConnection();
                ResultSet pid = other.createStatement().executeQuery("select pg_backend_pid()")) {
            assertThat(pid.next()).isTrue();
            try (ResultSet ended =
                    own.createStatement().executeQuery("select pg_terminate_backend(" + pid.getInt(1) + ")")) {
                assertThat(ended.next()).isTrue();
                assertThat(ended.getBoolean(1)).isTrue();
            }
            try (ResultSet rows = own.createStatement().executeQuery("select count(*) from BATCH_JOB_EXECUTION")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }
}
