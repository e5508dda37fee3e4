package dev.reprise.wildfly;

import dev.reprise.internal.store.KeySource;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.ServiceRegistry;
import org.jspecify.annotations.Nullable;
import org.wildfly.security.credential.SecretKeyCredential;
import org.wildfly.security.credential.store.CredentialStore;
import org.wildfly.security.credential.store.CredentialStoreException;

/** The key for secret parameters in the server's credential store {@code reprise}, if it has one. */
final class CredentialStoreKey implements KeySource {

    private static final ServiceName STORE = ServiceName.parse("org.wildfly.security.credential-store.reprise");

    /** What a secret key credential store calls the key that it makes. */
    private static final String ALIAS = "key";

    private static final String WHAT_TO_CONFIGURE =
            " Make one with /subsystem=elytron/secret-key-credential-store=reprise:add(path=reprise.cs,"
                    + " relative-to=jboss.server.config.dir), the same file on each node, and reload the server.";

    private final @Nullable Supplier<CredentialStore> store;

    private CredentialStoreKey(@Nullable Supplier<CredentialStore> store) {
        this.store = store;
    }

    /** A server without the store deploys all the same: its model is complete before the first deployment begins. */
    static CredentialStoreKey requiredIfThere(ServiceBuilder<?> builder, ServiceRegistry registry) {
        return new CredentialStoreKey(registry.getService(STORE) == null ? null : builder.requires(STORE));
    }

    @Override
    public SecretKey key() {
        if (store == null) {
            throw new IllegalStateException("this server has no credential store 'reprise'." + WHAT_TO_CONFIGURE);
        }
        try {
            SecretKeyCredential credential = store.get().retrieve(ALIAS, SecretKeyCredential.class);
            if (credential == null) {
                throw new IllegalStateException("the credential store 'reprise' of this server has no key '" + ALIAS
                        + "'. Make one with /subsystem=elytron/secret-key-credential-store=reprise:generate-secret-key(alias="
                        + ALIAS + ").");
            }
            return credential.getSecretKey();
        } catch (CredentialStoreException e) {
            throw new IllegalStateException(
                    "the credential store 'reprise' of this server cannot be read: " + e.getMessage(), e);
        }
    }
}
