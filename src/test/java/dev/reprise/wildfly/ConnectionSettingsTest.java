package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code configure-postgresql.cli} sets on each connection, on a real one: a host that vanishes is noticed. */
class ConnectionSettingsTest {

    private static final Pattern PROPERTY =
            Pattern.compile("connection-properties=(\\w+):add\\(\\s*\\\\?\\s*value=\"?([^\")]+)\"?\\)");

    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        Matcher matcher = PROPERTY.matcher(Files.readString(Path.of("wildfly-config/configure-postgresql.cli")));
        while (matcher.find()) {
            // What a server resolves: the default.
            properties.setProperty(
                    matcher.group(1), matcher.group(2).replaceFirst("^\\$\\{reprise\\.socket-timeout:(\\d+)}$", "$1"));
        }
        properties.remove("ApplicationName");
        return properties;
    }

    @Test
    void theDatabaseEndsASessionWhoseHostIsGone() throws IOException, SQLException {
        Properties properties = properties();
        properties.setProperty("user", "postgres");
        try (Connection connection =
                        DriverManager.getConnection(PostgresServer.emptySchema().getURL(), properties);
                ResultSet row = connection.createStatement().executeQuery("""
                        select current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'),
                               current_setting('tcp_keepalives_count'), current_setting('tcp_user_timeout')""")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("10");
            assertThat(row.getString(2)).isEqualTo("5");
            assertThat(row.getString(3)).isEqualTo("3");
            assertThat(row.getString(4)).startsWith("25");
            assertThat(connection.getNetworkTimeout()).as("of this side, in ms").isEqualTo(600_000);
        }
        assertThat(properties).containsEntry("tcpKeepAlive", "true").containsEntry("connectTimeout", "10");
    }
}
