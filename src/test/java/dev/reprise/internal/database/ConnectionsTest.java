package dev.reprise.internal.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool loses no connection that it hands out closed, and what pools say of connections that they have not is understood. */
class ConnectionsTest {

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger closedOnes = new AtomicInteger();
    private final JdbcDataSource h2 = new JdbcDataSource();

    @BeforeEach
    void database() {
        h2.setUrl("jdbc:h2:mem:" + UUID.randomUUID());
    }

    @Test
    void oneThatIsClosedIsGivenBackAndAnotherOneTaken() {
        closedOnes.set(3);

        String answer = Jdbi.create(new Connections(pool()))
                .withHandle(handle -> handle.createQuery("select 'answered'")
                        .mapTo(String.class)
                        .one());

        assertThat(answer).isEqualTo("answered");
        assertThat(open).hasValue(0);
    }

    @Test
    void ofAPoolThatHasNoOthersAllAreGivenBack() {
        closedOnes.set(Integer.MAX_VALUE);

        assertThatThrownBy(() -> Jdbi.create(new Connections(pool())).open()).isInstanceOf(ConnectionException.class);

        assertThat(open).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sorry, acquisition timeout!",
                "Acquisition timeout while waiting for new connection",
                "jakarta.resource.ResourceException: IJ000453: Unable to get managed connection for java:jboss/datasources/x",
                "IJ000655: No managed connections available within configured blocking timeout (30000 [ms])"
            })
    void whoHasNoConnectionIsAway(String message) {
        assertThat(SqlFailures.isAway(new IllegalStateException(new SQLException(message))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection is closed",
                "Deferred enlistment not supported",
                "jakarta.resource.ResourceException: IJ000460: Error checking for a transaction"
            })
    void whoUsesAConnectionWronglyFindsNothingAway(String message) {
        assertThat(SqlFailures.isAway(new SQLException(message))).isFalse();
        assertThat(SqlFailures.isAway(new SQLException("IJ000453", "42000"))).isFalse();
    }

    /** The first ones that it hands out were closed by the database. */
    private DataSource pool() {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (pool, method, arguments) -> {
                    open.incrementAndGet();
                    return connection(h2.getConnection(), closedOnes.getAndDecrement() > 0);
                });
    }

    private Connection connection(Connection real, boolean closed) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (wrapper, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        open.decrementAndGet();
                    } else if (closed) {
                        throw new SQLException("This connection has been closed.", "08003");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
