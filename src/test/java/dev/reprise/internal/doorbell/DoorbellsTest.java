package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.ThreadTransaction;
import dev.reprise.internal.engine.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which doorbell it is. */
class DoorbellsTest {

    private static Doorbell of(String way, TestDatabase.Kind kind) {
        TestDatabase found = TestDatabase.shared(kind);
        return Doorbells.of(
                Doorbells.Settings.of(way, Doorbells.Settings.FACTORY, Doorbells.Settings.TOPIC),
                found.pooled(),
                new Database(found.pooled(), TestDatabase.TRANSACTIONS),
                "app");
    }

    @Test
    void isWhatTheDatabaseCanUnlessItIsToldWhich() {
        assertThat(of("auto", TestDatabase.Kind.H2)).isInstanceOf(NoDoorbell.class);
        assertThat(of("auto", TestDatabase.Kind.POSTGRESQL)).isInstanceOf(NotifyDoorbell.class);
        assertThat(of("none", TestDatabase.Kind.POSTGRESQL)).isInstanceOf(NoDoorbell.class);
        assertThat(of("notify", TestDatabase.Kind.POSTGRESQL)).isInstanceOf(NotifyDoorbell.class);
        assertThat(of("jms", TestDatabase.Kind.H2)).isInstanceOf(JmsDoorbell.class);
        assertThatIllegalStateException()
                .isThrownBy(() -> of("notify", TestDatabase.Kind.H2))
                .withMessage("reprise.doorbell is 'notify', which H2 does not have; write 'auto', 'none' or 'jms'");
    }

    /** On a server without it a deployment starts, and says once what it lacks. */
    @Test
    void needsNoJakartaMessagingToStart() throws Exception {
        LogLines log = new LogLines();
        ClassLoader without = new WithoutMessaging();
        Class<?> settings = without.loadClass(Doorbells.Settings.class.getName());
        Class<?> pace = without.loadClass(Pace.class.getName());
        Constructor<?> constructor =
                without.loadClass(JmsDoorbell.class.getName()).getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        Constructor<?> trouble =
                without.loadClass(Trouble.class.getName()).getDeclaredConstructor(String.class, System.Logger.class);
        trouble.setAccessible(true);
        var usual = pace.getDeclaredField("USUAL");
        usual.setAccessible(true);
        var server = without.loadClass(Directory.class.getName()).getDeclaredField("SERVER");
        server.setAccessible(true);
        ThreadTransaction transaction = new Database(
                        TestDatabase.shared(TestDatabase.Kind.H2).pooled(), TestDatabase.TRANSACTIONS)
                .transaction();

        AutoCloseable doorbell = (AutoCloseable) constructor.newInstance(
                settings.getMethod("of", String.class, String.class, String.class)
                        .invoke(null, "jms", Doorbells.Settings.FACTORY, Doorbells.Settings.TOPIC),
                server.get(null),
                transaction,
                "app",
                trouble.newInstance("jms", log),
                usual.get(null));
        try (doorbell) {
            var listen = doorbell.getClass().getDeclaredMethod("listen", Consumer.class);
            listen.setAccessible(true);
            listen.invoke(doorbell, (Consumer<Object>) bell -> {});
            await().until(() -> log.failures() > 1);
        }
        assertThat(log.shown())
                .singleElement()
                .asString()
                .contains(
                        "it is tried again: reprise.doorbell is 'jms', and the application finds no Jakarta Messaging on this"
                                + " server, which needs the subsystem messaging-activemq");
    }

    /** Has doorbells of its own, and no Jakarta Messaging. */
    private static final class WithoutMessaging extends ClassLoader {

        WithoutMessaging() {
            super(DoorbellsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("jakarta.jms.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.reprise.internal.doorbell.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> found = findLoadedClass(name);
                return found == null ? defined(name) : found;
            }
        }

        private Class<?> defined(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
