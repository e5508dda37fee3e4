package dev.reprise.internal.database;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.internal.engine.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a repository can be in, and what is said of anything else; on the server in {@code DoorIT}. */
class DataSourceChecksTest {

    @ParameterizedTest
    @EnumSource
    void takesAJtaDataSourceOfBoth(TestDatabase.Kind kind) {
        assertThatCode(() -> run(TestDatabase.empty(kind).pooled())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource
    void refusesOneThatIsNotOfTheTransaction(TestDatabase.Kind kind) {
        assertThatThrownBy(() -> run(TestDatabase.empty(kind).plain()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "The connections of the data source shop are not part of JTA transactions, so a chunk and its"
                                + " checkpoint would not be committed together. Make it a JTA data source (jta=true), as"
                                + " wildfly-config/configure-h2.cli does.");
    }

    @ParameterizedTest
    @CsvSource({"H2, 1, 1.4.200 (2019-10-14)", "PostgreSQL, 13, 13.22", "PostgreSQL, 8, 8.0.2"})
    void refusesWhatIsTooOld(String product, int major, String version) {
        assertThatThrownBy(() -> run(saying(TestDatabase.Kind.H2, product, major, version)))
                .hasMessage("The data source shop leads to " + product + " " + version
                        + "; the job repository needs H2 2 or PostgreSQL 14, or a later one.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"CockroachDB CCL v25.2.0 (x86_64-pc-linux-gnu)", "PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64"})
    void refusesWhatOnlySpeaksAsPostgreSqlDoes(String version) {
        assertThatThrownBy(() -> run(answering(version)))
                .hasMessageStartingWith("The data source shop leads to " + version + "; the job repository needs");
    }

    @Test
    void takesWhatPostgreSqlIsCalledWhereverItRuns() {
        for (String version : new String[] {
            "PostgreSQL 17.5 (Debian 17.5-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc",
            "PostgreSQL 14.6 on aarch64-unknown-linux-gnu, compiled by aarch64-unknown-linux-gnu-gcc",
            "PostgreSQL 18beta1 on x86_64"
        }) {
            assertThatThrownBy(() -> run(answering(version))).hasMessageContaining("JTA");
        }
    }

    @Test
    void refusesAnotherDatabase() {
        assertThatThrownBy(() -> run(saying(TestDatabase.Kind.H2, "MariaDB", 11, "11.4")))
                .hasMessage(
                        "The job repository runs on H2 and PostgreSQL; its data source leads to MariaDB. Give it a data"
                                + " source of its own: data-source in META-INF/reprise.properties names it.");
    }

    @Test
    void saysThatTheDatabaseDoesNotAnswer() {
        JdbcDataSource nowhere = new JdbcDataSource();
        nowhere.setUrl("jdbc:h2:mem:nowhere;IFEXISTS=TRUE");
        assertThatThrownBy(() -> run(nowhere)).hasMessageContaining("The job repository's database does not answer: ");
    }

    private static void run(DataSource dataSource) {
        DataSourceChecks.run("shop", dataSource, TestDatabase.TRANSACTIONS);
    }

    private static DataSource saying(TestDatabase.Kind kind, String product, int major, String version) {
        return replacing(
                DataSource.class,
                TestDatabase.empty(kind).plain(),
                Map.of(
                        "getDatabaseProductName", product,
                        "getDatabaseMajorVersion", major,
                        "getDatabaseProductVersion", version));
    }

    private static DataSource answering(String version) {
        return replacing(
                DataSource.class,
                TestDatabase.empty(TestDatabase.Kind.POSTGRESQL).plain(),
                Map.of("getString", version));
    }

    /** The same, with other answers of some methods, also of what it makes. */
    private static <T> T replacing(Class<T> type, Object target, Map<String, ?> answers) {
        return type.cast(Proxy.newProxyInstance(
                DataSourceChecksTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (answers.containsKey(method.getName())) {
                        return answers.get(method.getName());
                    }
                    try {
                        Object answer = method.invoke(target, arguments);
                        return method.getReturnType().getPackageName().equals("java.sql")
                                ? replacing(method.getReturnType(), answer, answers)
                                : answer;
                    } catch (InvocationTargetException e) {
                        if (e.getCause() instanceof SQLException failure) {
                            throw failure;
                        }
                        throw e;
                    }
                }));
    }
}
