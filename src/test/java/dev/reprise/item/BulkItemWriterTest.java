package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jakarta.batch.runtime.context.StepContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code repriseBulkWriter} takes for the values of a row; in a job it is in {@link BulkWriterIT}. */
class BulkItemWriterTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void takesMapsListsAndArrays(BulkDatabase database) throws Exception {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, "create table PERSON (ID integer, \"Name\" varchar(20))");
            Map<String, @Nullable Object> nobody = new HashMap<>();
            nobody.put("ID", 2);
            nobody.put("\"Name\"", null);

            writer(connection, "ID, \"Name\"", null)
                    .writeItems(List.of(
                            Map.of("ID", 1, "Name", "one"), nobody, List.of(3, "three"), new Object[] {4, "four"}));

            assertThat(BulkDatabase.rows(connection, "select * from PERSON order by ID"))
                    .containsExactly("1|one", "2|null", "3|three", "4|four");
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAMapWithoutAValueForAColumn(BulkDatabase database) throws Exception {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, "create table PERSON (ID integer, NAME varchar(20))");

            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            writer(connection, "ID, NAME", null).writeItems(List.of(Map.of("id", 1, "NAME", "one"))))
                    .withMessage(
                            "expected a value for column ID, or null, in each map that repriseBulkWriter writes; found one"
                                    + " with NAME, id");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesAnEmptyFieldForNoValueIfToldTo(BulkDatabase database) throws Exception {
        Path file = Files.writeString(folder.resolve("people.csv"), "id,name\n1,\n");
        try (Connection connection = database.connect();
                CsvRecords records = CsvRecords.open(file, CsvFormat.of("id", "name"), null)) {
            BulkDatabase.execute(connection, "create table PERSON (ID varchar(9), NAME varchar(9))");
            List<Object> row = List.of(records.next());

            writer(connection, "ID, NAME", "").writeItems(row);
            writer(connection, "ID, NAME", "true").writeItems(row);

            assertThat(BulkDatabase.rows(connection, "select * from PERSON order by NAME nulls last"))
                    .containsExactly("1|", "1|null");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer(connection, "ID, NAME", "yes"))
                    .withMessage("property emptyIsNull of repriseBulkWriter: expected true or false, found 'yes'");
        }
    }

    /** With a data source that always gives this connection, and leaves it open. */
    private static BulkItemWriter writer(Connection connection, String columns, @Nullable String emptyIsNull) {
        Connection open = proxy(
                Connection.class,
                (self, method, values) -> method.getName().equals("close") ? null : method.invoke(connection, values));
        DataSource dataSource = proxy(DataSource.class, (self, method, values) -> open);
        StepContext noStep = proxy(StepContext.class, (self, method, values) -> null);
        return new BulkItemWriter(
                dataSource, "PERSON", columns, emptyIsNull, null, new WriteSkips(noStep, (step, count, more) -> {}));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(BulkItemWriterTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
