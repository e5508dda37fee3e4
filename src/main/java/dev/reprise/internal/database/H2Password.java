package dev.reprise.internal.database;

import dev.reprise.log.OwnFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Properties;

/**
 * Gives an H2 database a password of its own, once, and puts it beside the database: {@code h2.properties}, which the server
 * reads when it starts ({@code standalone.sh -P}). A database that is there already gets it too.
 */
public final class H2Password {

    /** System property: the password, as {@code wildfly-config/configure-h2.cli} has it. */
    public static final String PROPERTY = "reprise.h2.password";

    public static final String FILE = "h2.properties";

    private static final String USER = "sa";
    private static final int BYTES = 24;

    /** What H2 answers to a wrong password, and of a file that another process has open. */
    private static final int WRONG_PASSWORD = 28000;

    private static final int IN_USE = 90020;

    private H2Password() {}

    /**
     * Makes it.
     *
     * @param arguments the folder of the database, {@code reprise.data}
     */
    public static void main(String[] arguments) throws IOException, SQLException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("expected the folder of the H2 database, and nothing else");
        }
        make(Path.of(arguments[0]));
    }

    /**
     * Makes the password unless there is one. Killed in between, it goes on where it was.
     *
     * @throws IllegalStateException if the database has a password that is not known here, or another process has it open
     */
    public static void make(Path folder) throws IOException, SQLException {
        Path file = folder.resolve(FILE);
        if (Files.exists(file)) {
            return;
        }
        OwnFiles.createFolders(folder);
        Path unfinished = folder.resolve(FILE + ".tmp");
        if (!Files.exists(unfinished) || password(unfinished).isEmpty()) {
            Files.deleteIfExists(unfinished);
            OwnFiles.createFile(unfinished);
            Files.writeString(unfinished, PROPERTY + "=" + random() + "\n");
        }
        if (Files.exists(folder.resolve("reprise.mv.db"))) {
            set(folder, password(unfinished));
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String password(Path file) throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        return properties.getProperty(PROPERTY, "");
    }

    private static String random() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void set(Path folder, String password) throws SQLException {
        try (Connection before = connect(folder, "");
                Statement alter = before.createStatement()) {
            alter.execute("alter user " + USER + " set password '" + password + "'");
        } catch (SQLException e) {
            if (e.getErrorCode() != WRONG_PASSWORD) {
                throw cannot(folder, e);
            }
            try (Connection known = connect(folder, password)) {
                known.getMetaData();
            } catch (SQLException another) {
                throw cannot(folder, another);
            }
        }
    }

    private static IllegalStateException cannot(Path folder, SQLException e) {
        String what = "the H2 database in " + folder;
        return new IllegalStateException(
                switch (e.getErrorCode()) {
                    case IN_USE ->
                        what + " gets a password of its own, and another process has it open: stop that first";
                    case WRONG_PASSWORD ->
                        what + " has a password already that is not known here: write " + PROPERTY + "=… into "
                                + folder.resolve(FILE);
                    default -> what + " cannot be given a password: " + Text.line(String.valueOf(e.getMessage()));
                },
                e);
    }

    private static Connection connect(Path folder, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:h2:file:" + folder.toAbsolutePath() + "/reprise;IFEXISTS=TRUE", USER, password);
    }
}
