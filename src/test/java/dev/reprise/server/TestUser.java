package dev.reprise.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.wildfly.security.auth.principal.NamePrincipal;
import org.wildfly.security.auth.realm.FileSystemSecurityRealm;
import org.wildfly.security.auth.server.ModifiableRealmIdentity;
import org.wildfly.security.authz.MapAttributes;
import org.wildfly.security.credential.PasswordCredential;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;

/** Who the tests are: every server that they start knows these users. */
public enum TestUser {
    VIEWER("batch-viewer"),
    OPERATOR("batch-viewer", "batch-operator"),
    ADMIN("batch-viewer", "batch-operator", "batch-admin"),
    /** Has a password, and no role. */
    NOBODY;

    /** The least that there is: the tests log in thousands of times. */
    private static final int BCRYPT_COST = 4;

    @SuppressWarnings("ImmutableEnumChecker") // it is an immutable list
    private final List<String> roles;

    TestUser(String... roles) {
        this.roles = List.of(roles);
    }

    public String login() {
        return "test-" + name().toLowerCase(Locale.ROOT);
    }

    public String password() {
        return "of " + login();
    }

    /** The value of {@code Authorization}. */
    public String basic() {
        return basic(login(), password());
    }

    /** The same, of anybody. */
    public static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a request as this user. */
    public HttpRequest.Builder sends(HttpRequest.Builder request) {
        return request.header("Authorization", basic());
    }

    /**
     * Makes all of them.
     *
     * @param data the server's {@code reprise.data}
     */
    static void create(Path data) {
        FileSystemSecurityRealm realm = FileSystemSecurityRealm.builder()
                .setRoot(data.resolve("users"))
                .setLevels(1)
                .setEncoded(true)
                .setProviders(() -> new Provider[] {WildFlyElytronPasswordProvider.getInstance()})
                .build();
        for (TestUser user : values()) {
            ModifiableRealmIdentity identity = realm.getRealmIdentityForUpdate(new NamePrincipal(user.login()));
            try {
                identity.create();
                identity.setCredentials(List.of(user.hash()));
                identity.setAttributes(new MapAttributes(Map.of("Roles", user.roles)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            } finally {
                identity.dispose();
            }
        }
    }

    private PasswordCredential hash() throws GeneralSecurityException {
        return new PasswordCredential(PasswordFactory.getInstance(
                        BCryptPassword.ALGORITHM_BCRYPT, WildFlyElytronPasswordProvider.getInstance())
                .generatePassword(new EncryptablePasswordSpec(
                        password().toCharArray(),
                        new IteratedSaltedPasswordAlgorithmSpec(
                                BCRYPT_COST, new byte[BCryptPassword.BCRYPT_SALT_SIZE]))));
    }
}
