package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlightTablesTest {

    /** H2 computes such a column when it is read, and has no word for the other way. */
    @Test
    void areTheSameOnBothButForWhatIsStored() throws IOException {
        Path folder = Path.of("src/main/resources/dev/reprise/sample/flights");

        assertThat(Files.readString(folder.resolve("postgresql/V1__flights.sql"))
                        .replace(") stored,", "),"))
                .isEqualTo(Files.readString(folder.resolve("h2/V1__flights.sql")));
    }

    @ParameterizedTest
    @EnumSource
    void areMadeInASchemaThatIsNotEmptyAndOnlyOnce(TestDatabase database) throws SQLException {
        DataSource dataSource = database.empty();
        TestDatabase.execute(dataSource, "create table SOMEBODY_ELSES (ID integer)");

        new FlightTables(dataSource).makeReady();
        new FlightTables(dataSource).makeReady();

        assertThat(TestDatabase.rows(new FlightTables(dataSource), "select count(*) from FLIGHT"))
                .containsExactly("0");
    }

    /** A database that has them already refuses another text, even for a comment. */
    @ParameterizedTest
    @EnumSource
    void keepTheTextThatSomebodyMayHave(TestDatabase database) throws SQLException {
        FlightTables tables = new FlightTables(database.empty());

        tables.makeReady();

        assertThat(TestDatabase.rows(
                        tables,
                        "select \"script\", \"checksum\" from \"reprise_flights_history\" where \"type\" = 'SQL'"))
                .containsExactly("V1__flights.sql|" + (database == TestDatabase.H2 ? -893145892 : 1844060641));
    }

    @ParameterizedTest
    @EnumSource
    void ifTheyCannotBeMadeTheJobSaysWhyAndTheNextStartTriesAgain(TestDatabase database) throws SQLException {
        DataSource dataSource = database.empty();
        TestDatabase.execute(dataSource, "create table FLIGHT_ALERT (ID integer)");
        FlightTables tables = new FlightTables(dataSource);

        assertThatIllegalStateException()
                .isThrownBy(() -> new FlightTablesListener(tables).beforeJob())
                .withMessageStartingWith("the tables of the flight sample could not be made")
                .withMessageContaining("reprise_flights_history");

        TestDatabase.execute(dataSource, "drop table FLIGHT_ALERT");
        if (database == TestDatabase.H2) {
            // H2 commits each statement of the failed migration by itself.
            TestDatabase.execute(dataSource, "drop all objects");
        }
        new FlightTablesListener(tables).beforeJob();
        assertThat(TestDatabase.rows(tables, "select count(*) from FLIGHT_ALERT"))
                .containsExactly("0");
    }
}
