package dev.reprise.bench;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The database of one peer. */
record Database(String url, String user, String password) {

    /** The file in a folder, as {@code wildfly-config/configure-h2.cli} names it. */
    static Database h2(Path folder) {
        return new Database(
                "jdbc:h2:file:" + folder + "/reprise;LOCK_TIMEOUT=10000;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE",
                "sa",
                "");
    }

    /** The folder of the H2 file. */
    Path folder() {
        String path = url.replaceFirst("jdbc:h2:file:", "").replaceFirst(";.*", "");
        return Path.of(path).getParent();
    }

    /** Its name on the PostgreSQL server. */
    String name() {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
