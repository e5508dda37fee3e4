package dev.reprise.internal.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That an H2 database, also one of before, opens with a password that only the server's account can read. */
class H2PasswordTest {

    @TempDir
    Path temporary;

    private Path folder() {
        return temporary.resolve("data");
    }

    private String password() throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(folder().resolve(H2Password.FILE))) {
            properties.load(in);
        }
        return properties.getProperty(H2Password.PROPERTY);
    }

    private Connection open(String password) throws SQLException {
        return DriverManager.getConnection("jdbc:h2:file:" + folder() + "/reprise", "sa", password);
    }

    private void databaseOfBefore() throws SQLException {
        try (Connection connection = open("")) {
            connection.createStatement().execute("create table KEPT as select 7 as N");
        }
    }

    private void opensWithItAlone() throws IOException, SQLException {
        assertThatThrownBy(() -> open("").close()).hasMessageContaining("Wrong user name or password");
        try (Connection connection = open(password());
                ResultSet row = connection.createStatement().executeQuery("select N from KEPT")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt("N")).isEqualTo(7);
        }
    }

    @Test
    void aNewOneIsMadeOnceAndIsNobodyElsesToRead() throws Exception {
        H2Password.main(new String[] {folder().toString()});
        String first = password();
        H2Password.make(folder());

        assertThat(password()).hasSize(48).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().resolve(H2Password.FILE))))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder())) {
            assertThat(files).containsExactly(folder().resolve(H2Password.FILE));
        }
    }

    @Test
    void aDatabaseOfBeforeGetsIt() throws Exception {
        databaseOfBefore();

        H2Password.make(folder());

        opensWithItAlone();
    }

    /** The URL of {@code configure-h2.cli}: without the file, as on a server of before, and with it. */
    @Test
    void theServersUrlOpensWithAndWithoutIt() throws Exception {
        Matcher url = Pattern.compile("connection-url=\"([^\"]+)\"")
                .matcher(Files.readString(Path.of("wildfly-config/configure-h2.cli")));
        assertThat(url.find()).isTrue();
        String configured = url.group(1).replace("${reprise.data:${user.home}/.reprise}", folder().toString());

        DriverManager.getConnection(configured.replace("${" + H2Password.PROPERTY + ":}", ""))
                .close();
        H2Password.make(folder());
        DriverManager.getConnection(configured.replace("${" + H2Password.PROPERTY + ":}", password()))
                .close();
        assertThatThrownBy(() -> DriverManager.getConnection(configured.replace("${" + H2Password.PROPERTY + ":}", ""))
                        .close())
                .hasMessageContaining("Wrong user name or password");
    }

    @Test
    void itGoesOnWhereItWasKilled() throws Exception {
        databaseOfBefore();
        Path unfinished = folder().resolve(H2Password.FILE + ".tmp");

        Files.createFile(unfinished);
        H2Password.make(folder());
        opensWithItAlone();

        // Killed behind the change of the database.
        Files.move(folder().resolve(H2Password.FILE), unfinished);
        H2Password.make(folder());
        opensWithItAlone();
    }

    @Test
    void whatCannotBeOpenedStaysAsItIsAndTheMessageSaysWhatToDo() throws Exception {
        databaseOfBefore();
        try (Connection connection = open("")) {
            connection.createStatement().execute("alter user sa set password 'mine'");
        }

        assertThatIllegalStateException()
                .isThrownBy(() -> H2Password.make(folder()))
                .withMessage("the H2 database in " + folder() + " has a password already that is not known here: write "
                        + H2Password.PROPERTY + "=… into " + folder().resolve(H2Password.FILE));
        assertThat(folder().resolve(H2Password.FILE)).doesNotExist();
        open("mine").close();
    }
}
