package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BulkWriterTest {

    private static final BulkTable<Integer> NUMBER =
            BulkTable.<Integer>named("NUMBER").column("N", n -> n).column("TEXT", n -> "number " + n);

    private static final String CREATE_NUMBER =
            "create table NUMBER (N integer primary key check (N >= 0), TEXT varchar(12) not null)";

    private static final BulkWriter<Integer> WRITER = new BulkWriter<>(NUMBER);

    @ParameterizedTest
    @EnumSource
    void keepsAllRowsButTheBadOnesAndTellsOfEachInOrder(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, CREATE_NUMBER);
            List<String> told = new ArrayList<>();

            int refused = WRITER.write(
                    connection,
                    List.of(1, -2, 3, 1, 123456, 5),
                    3,
                    (same, item, index, reason) -> told.add(
                            index + ": " + item + " " + reason.getSQLState().substring(0, 2)));

            assertThat(refused).isEqualTo(3);
            assertThat(told).containsExactly("1: -2 23", "3: 1 23", "4: 123456 22");
            assertThat(BulkDatabase.rows(connection, "select N, TEXT from NUMBER order by N"))
                    .containsExactly("1|number 1", "3|number 3", "5|number 5");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheHandlerWritesBelongsToTheChunk(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, CREATE_NUMBER);
            BulkDatabase.execute(connection, "create table REJECTED (N integer)");
            connection.commit();

            WRITER.write(
                    connection,
                    List.of(-1, 2),
                    9,
                    (same, item, index, reason) ->
                            BulkDatabase.execute(same, "insert into REJECTED values (" + item + ")"));
            assertThat(BulkDatabase.rows(connection, "select N from REJECTED")).containsExactly("-1");
            connection.rollback();

            assertThat(BulkDatabase.rows(connection, "select N from NUMBER union all select N from REJECTED"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutAHandlerABadRowFailsTheChunkAndIsNamed(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, CREATE_NUMBER);

            assertThatThrownBy(() -> WRITER.write(connection, List.of(1, 2, -3, 4)))
                    .isInstanceOf(SQLException.class)
                    .hasMessageStartingWith("row 3 of the 4 of a chunk for NUMBER (N, TEXT) was refused: ")
                    .extracting(e -> ((SQLException) e).getSQLState().substring(0, 2))
                    .isEqualTo("23");
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneRejectTooManyFailsTheChunkAndIsNamed(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, CREATE_NUMBER);

            assertThatThrownBy(() ->
                            WRITER.write(connection, List.of(-1, 2, -3, -4, -5), 2, (same, item, index, reason) -> {}))
                    .hasMessageStartingWith(
                            "row 4 of the 5 of a chunk for NUMBER (N, TEXT) was refused, and no more than 2 of the chunk may be: ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyOtherFailureIsThrownAsItIs(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            assertThatThrownBy(() -> WRITER.write(connection, List.of(1), 9, (same, item, index, reason) -> {}))
                    .as("there is no such table")
                    .isInstanceOf(SQLException.class)
                    .hasMessageMatching("(?is).*number.*")
                    .extracting(e -> ((SQLException) e).getSQLState().substring(0, 2))
                    .isEqualTo("42");
        }
    }

    /** As by a time-out: from now on the pool's connection commits each statement by itself. */
    @ParameterizedTest
    @EnumSource
    void refusesAConnectionWhoseTransactionEndsMeanwhile(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, "create table ENDED (N integer)");
            connection.commit();
            BulkWriter<Integer> writer =
                    new BulkWriter<>(BulkTable.<Integer>named("ENDED").column("N", number -> {
                        if (number == 2) {
                            endTransaction(connection);
                        }
                        return number;
                    }));

            assertThatThrownBy(() -> writer.write(connection, List.of(1, 2, 3)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has ended before the chunk did");
        }
    }

    private static void endTransaction(Connection connection) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesAConnectionWithoutATransaction(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(true);

            assertThatThrownBy(() -> WRITER.write(connection, List.of(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("setAutoCommit(false)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void findsBadRowsWithFewStatements(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, CREATE_NUMBER);
            AtomicInteger statements = new AtomicInteger();
            List<Integer> rows = IntStream.range(0, 1000)
                    .map(i -> i == 313 || i == 777 ? -i : i)
                    .boxed()
                    .toList();

            assertThat(WRITER.write(
                            counting(connection, statements),
                            rows.subList(0, 300),
                            9,
                            (same, item, index, reason) -> {}))
                    .isZero();
            assertThat(statements).as("a savepoint").hasValue(1);
            assertThat(WRITER.write(
                            counting(connection, statements),
                            rows.subList(300, 1000),
                            9,
                            (same, item, index, reason) -> {}))
                    .isEqualTo(2);

            // Each of ten halvings writes two parts: one of them is given back, let go and halved, the other one is let
            // go.
            assertThat(statements.get()).isLessThanOrEqualTo(1 + 2 * 10 * (3 + 2));
            assertThat(BulkDatabase.rows(connection, "select count(*) from NUMBER"))
                    .containsExactly("998");
        }
    }

    /** Savepoints, as they go through statements, and whatever is done with them. */
    private static Connection counting(Connection connection, AtomicInteger statements) {
        return (Connection) Proxy.newProxyInstance(
                BulkWriterTest.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("createStatement")) {
                        statements.incrementAndGet();
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void usesCopyOnPostgresAlone() throws SQLException {
        try (Connection postgres = BulkDatabase.POSTGRESQL.connect();
                Connection h2 = BulkDatabase.H2.connect()) {
            assertThat(CopyApi.of(postgres)).isNotNull();
            assertThat(CopyApi.of(h2)).isNull();
        }
    }

    private static final List<String> COLUMNS = List.of(
            "ID",
            "SMALL",
            "LARGE",
            "EXACT",
            "WHOLE",
            "FLOATING",
            "YES",
            "TEXT",
            "BYTES",
            "U",
            "D",
            "T",
            "DT",
            "OT",
            "I");

    @ParameterizedTest
    @EnumSource
    void writesValuesOfAllKindsAsPreparedStatementsDo(BulkDatabase database) throws SQLException {
        String text = "tab\t, line\n, return\r, \\N, \\., \\, \"quote\", 'quote', \u00e9 \uac00 \ud83d\ude00";
        List<@Nullable Object[]> rows = List.of(
                new @Nullable Object[] {
                    1,
                    (short) -3,
                    Long.MIN_VALUE,
                    new BigDecimal("-12345678901234567890.0123456789"),
                    new BigInteger("1234567890123456789012345678901234567890"),
                    -1.5e-300,
                    true,
                    text,
                    new byte[] {0, -1, 92, 110, 9},
                    UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                    LocalDate.of(2001, 2, 28),
                    LocalTime.of(23, 59, 59, 123_456_000),
                    LocalDateTime.of(2001, 1, 31, 23, 57),
                    OffsetDateTime.parse("2001-01-31T23:57:01.5+05:30"),
                    Instant.parse("2001-01-31T23:57:01.123456Z")
                },
                new @Nullable Object[] {
                    2, null, null, null, null, null, null, null, null, null, null, null, null, null, null
                },
                new @Nullable Object[] {
                    3,
                    (short) 0,
                    Long.MAX_VALUE,
                    new BigDecimal("1e3"),
                    BigInteger.ZERO,
                    Double.MAX_VALUE,
                    false,
                    "",
                    new byte[0],
                    null,
                    LocalDate.of(1, 1, 1),
                    LocalTime.MIDNIGHT,
                    LocalDateTime.of(9999, 12, 31, 0, 0),
                    null,
                    Instant.EPOCH
                });
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, """
                    create table VALUE_OF_ALL_KINDS (
                        ID integer, SMALL smallint, LARGE bigint, EXACT numeric(40, 10), WHOLE numeric(40),
                        FLOATING double precision, YES boolean, TEXT varchar, BYTES %s, U uuid, D date, T time(6),
                        DT timestamp(6), OT timestamp(6) with time zone, I timestamp(6) with time zone)""".formatted(database == BulkDatabase.H2 ? "varbinary" : "bytea"));
            BulkTable<@Nullable Object[]> table = BulkTable.named("VALUE_OF_ALL_KINDS");
            for (int i = 0; i < COLUMNS.size(); i++) {
                int column = i;
                table = table.column(COLUMNS.get(i), row -> row[column]);
            }

            new BulkWriter<>(table).write(connection, rows);
            List<String> bulk = BulkDatabase.rows(connection, "select * from VALUE_OF_ALL_KINDS order by ID");
            for (boolean literals : database == BulkDatabase.H2 ? List.of(false) : List.of(false, true)) {
                BulkDatabase.execute(connection, "delete from VALUE_OF_ALL_KINDS");
                try (Rows batch = new BatchedRows<>(connection, table, rows, literals)) {
                    batch.insert(0, rows.size());
                }
                assertThat(BulkDatabase.rows(connection, "select * from VALUE_OF_ALL_KINDS order by ID"))
                        .isEqualTo(bulk);
            }
            assertThat(BulkDatabase.rows(connection, "select TEXT from VALUE_OF_ALL_KINDS order by ID"))
                    .containsExactly(text, "null", "");
            assertThat(bulk.get(0)).contains(Long.toString(Long.MIN_VALUE));
            assertThat(bulk.get(2)).contains(Long.toString(Long.MAX_VALUE));
        }
    }

    @Test
    void refusesTheRowWhoseTextPostgresCannotStore() throws SQLException {
        try (Connection connection = BulkDatabase.POSTGRESQL.connect()) {
            BulkDatabase.execute(connection, "create table WORD (W text)");
            List<String> refused = new ArrayList<>();

            new BulkWriter<>(BulkTable.<String>named("WORD").column("W", word -> word))
                    .write(
                            connection,
                            List.of("a", "nul \u0000", "half \ud83d", "half \ude00 a", "b"),
                            9,
                            (same, item, index, reason) -> refused.add(index + " " + reason.getSQLState()));

            assertThat(refused).containsExactly("1 22021", "2 22021", "3 22021");
            assertThat(BulkDatabase.rows(connection, "select W from WORD")).containsExactly("a", "b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesNamesAsSqlDoes(BulkDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            BulkDatabase.execute(connection, "create schema Sales");
            BulkDatabase.execute(connection, "create table Sales.\"Order \"\"x\"\"\" (Id integer, \"user\" integer)");

            new BulkWriter<>(BulkTable.<Integer>named("SALES.\"Order \"\"x\"\"\"")
                            .column("ID", id -> id)
                            .column("\"user\"", id -> id + 1))
                    .write(connection, List.of(1));

            assertThat(BulkDatabase.rows(connection, "select * from Sales.\"Order \"\"x\"\"\""))
                    .containsExactly("1|2");
        }
        for (String name : Arrays.asList("", "a b", "a; drop table b", "a--", "\"a", "a.b.c.d", "1a", "a(b)")) {
            assertThatThrownBy(() -> BulkTable.named(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("found '" + name + "'");
        }
        assertThatThrownBy(() -> BulkTable.<Integer>named("T").column("a.b", n -> n))
                .hasMessageContaining("'a.b'");
        assertThatThrownBy(() -> new BulkWriter<>(BulkTable.<Integer>named("T")))
                .hasMessageContaining("columns");
    }

    @Test
    void saysWhichValueItCannotWrite() throws SQLException {
        try (Connection connection = BulkDatabase.POSTGRESQL.connect()) {
            assertThatThrownBy(() -> new BulkWriter<>(
                                    BulkTable.<Integer>named("T").column("C", n -> List.of()))
                            .write(connection, List.of(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("for column C of T, found one of java.util.ImmutableCollections$ListN");
        }
    }

    /** PostgreSQL has no COPY into them. Texts are values of the columns' types all the same. */
    @Test
    void writesIntoViewsAndWhereRowsHavePolicies() throws SQLException {
        BulkTable<Integer> view = BulkTable.<Integer>named("SMALL").column("N", String::valueOf);
        BulkTable<Integer> policed = BulkTable.<Integer>named("POLICED").column("N", String::valueOf);
        String role = "reprise_writer_" + System.nanoTime();
        try (Connection connection = BulkDatabase.POSTGRESQL.connect()) {
            BulkDatabase.execute(connection, "create table NUMBER (N integer check (N >= 0))");
            BulkDatabase.execute(connection, "create view SMALL as select N from NUMBER");
            BulkDatabase.execute(connection, "create table POLICED (N integer)");
            BulkDatabase.execute(connection, "alter table POLICED enable row level security");
            BulkDatabase.execute(connection, "create policy ALL_OF_THEM on POLICED using (true)");
            BulkDatabase.execute(connection, "create role " + role);
            BulkDatabase.execute(connection, "grant insert, select on POLICED to " + role);
            BulkDatabase.execute(connection, "grant usage on schema " + connection.getSchema() + " to " + role);
            BulkWriter<Integer> writer = new BulkWriter<>(view);

            assertThat(writer.write(connection, List.of(1, -2, 3), 1, (same, item, index, reason) -> {}))
                    .isEqualTo(1);
            writer.write(connection, List.of(4, 5));
            assertThat(BulkDatabase.rows(connection, "select N from NUMBER order by N"))
                    .containsExactly("1", "3", "4", "5");

            BulkDatabase.execute(connection, "set local role " + role);
            new BulkWriter<>(policed).write(connection, List.of(6, 7));
            assertThat(BulkDatabase.rows(connection, "select N from POLICED order by N"))
                    .containsExactly("6", "7");
            connection.rollback();
        }
    }

    @Test
    void aFailedCopyLeavesTheConnectionUsable() throws SQLException {
        try (Connection connection = BulkDatabase.POSTGRESQL.connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> WRITER.write(connection, List.of(1))).hasMessageContaining("number");
            connection.rollback();

            statement.execute(CREATE_NUMBER);
            WRITER.write(connection, List.of(1, 2));

            assertThat(BulkDatabase.rows(connection, "select N from NUMBER")).containsExactly("1", "2");
        }
    }
}
