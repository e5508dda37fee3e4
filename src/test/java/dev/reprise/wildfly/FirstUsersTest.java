package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.wildfly.security.auth.principal.NamePrincipal;
import org.wildfly.security.auth.realm.FileSystemSecurityRealm;
import org.wildfly.security.auth.server.ModifiableRealmIdentity;
import org.wildfly.security.auth.server.ModifiableSecurityRealm;
import org.wildfly.security.auth.server.RealmIdentity;
import org.wildfly.security.evidence.PasswordGuessEvidence;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;

class FirstUsersTest {

    @TempDir
    private Path folder;

    /** As the server has it. */
    @BeforeAll
    static void addProvider() {
        Security.addProvider(WildFlyElytronPasswordProvider.getInstance());
    }

    @AfterAll
    static void removeProvider() {
        Security.removeProvider(WildFlyElytronPasswordProvider.getInstance().getName());
    }

    private ModifiableSecurityRealm realm() {
        return FileSystemSecurityRealm.builder()
                .setRoot(folder.resolve("users"))
                .setLevels(1)
                .setEncoded(true)
                .setProviders(() -> new Provider[] {WildFlyElytronPasswordProvider.getInstance()})
                .build();
    }

    private boolean opens(String name, String password) throws IOException {
        RealmIdentity user = realm().getRealmIdentity(new NamePrincipal(name));
        try {
            return user.verifyEvidence(new PasswordGuessEvidence(password.toCharArray()));
        } finally {
            user.dispose();
        }
    }

    @Test
    void eachOfSeveralNodesTellsThePasswordsThatItHasGivenAndNoOther() throws Exception {
        ConcurrentLinkedQueue<Map.Entry<String, String>> told = new ConcurrentLinkedQueue<>();
        Callable<Void> node = () -> {
            FirstUsers.make(realm(), made -> told.addAll(made.entrySet()));
            return null;
        };
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            for (Future<Void> done : nodes.invokeAll(List.of(node, node, node, node))) {
                done.get();
            }
        } finally {
            nodes.shutdown();
        }

        assertThat(told).extracting(Map.Entry::getKey).containsExactlyInAnyOrder("viewer", "operator", "admin");
        for (Map.Entry<String, String> user : told) {
            assertThat(opens(user.getKey(), user.getValue())).as(user.getKey()).isTrue();
            assertThat(opens(user.getKey(), user.getValue() + "x")).isFalse();
            assertThat(user.getValue()).matches("[a-zA-Z2-9&&[^lIO]]{16,}");
        }
    }

    @Test
    void whereThereIsAUserNoneIsMade() throws IOException {
        ModifiableRealmIdentity ann = realm().getRealmIdentityForUpdate(new NamePrincipal("ann"));
        ann.create();
        ann.dispose();

        FirstUsers.make(realm(), made -> assertThat(made).isEmpty());

        assertThat(folder.resolve("users/v")).doesNotExist();
    }
}
