package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.server.TcpProxy;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** What is the same of each doorbell. */
abstract class AnyDoorbell {

    final String application;
    final LogLines log = new LogLines();
    private final String name;

    /** @param name in the log */
    AnyDoorbell(String name, String application) {
        this.name = name;
        this.application = application;
    }

    abstract Doorbell doorbell();

    /** That of one doorbell. */
    final Trouble trouble() {
        return new Trouble(name, log);
    }

    /** In whose transactions it is rung. */
    abstract Database database();

    /** The same one, in no transaction of anybody's. */
    abstract DataSource plain();

    final void ring(Doorbell doorbell, Bell bell) {
        database().doInOwnTransaction(handle -> doorbell.ring(handle, bell));
    }

    final void ringUntilHeard(Doorbell doorbell, Bell bell, Visitor... visitors) {
        ring(doorbell, bell);
        for (Visitor visitor : visitors) {
            visitor.await(bell);
        }
    }

    final void ringAndRollBack(Doorbell doorbell, Bell bell) {
        assertThatThrownBy(() -> database().doInOwnTransaction(handle -> {
                    doorbell.ring(handle, bell);
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
    }

    /** Nobody says that the line is dead, so that it has to be found out. */
    final void assertHearsAgainOnALineThatWentDumb(Doorbell doorbell, TcpProxy line) {
        Visitor visitor = Visitor.at(doorbell);
        ringUntilHeard(doorbell, Bell.ended(1), visitor);

        line.mute();
        await().until(() -> !log.shown().isEmpty());
        line.restore();
        visitor.await(Bell.WORK);
        ringUntilHeard(doorbell, Bell.ended(2), visitor);
    }

    /**
     * Once each, and nothing else.
     *
     * @param how what follows
     */
    final void assertSaidThatItDidNotWorkAndThatItDid(String how) {
        assertThat(log.shown())
                .satisfiesExactly(
                        gone -> assertThat(gone).startsWith("WARNING The doorbell " + name + " does not work" + how),
                        back -> assertThat(back).isEqualTo("INFO The doorbell " + name + " works again"));
    }

    /** PostgreSQL prepares no transaction that has notified, and another one's end would not be the handle's. */
    @Test
    void isNotRungInATransactionOfJta() throws Exception {
        try (Doorbell here = doorbell();
                Handle handle = Jdbi.open(plain())) {
            TestDatabase.TRANSACTIONS.begin();
            assertThatThrownBy(() -> here.ring(handle, Bell.WORK))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in a transaction of the repository's own");
        } finally {
            TestDatabase.TRANSACTIONS.rollback();
        }
    }
}
