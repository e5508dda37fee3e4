package dev.reprise.wildfly;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.wildfly.security.auth.server.SecurityDomain;
import org.wildfly.security.auth.server.SecurityIdentity;

/** Who asks for an execution: the caller that WildFly's security knows on the asking thread. */
final class Submitter {

    private Submitter() {}

    static Supplier<@Nullable String> ofThisThread() {
        return Submitter::current;
    }

    private static @Nullable String current() {
        SecurityDomain domain = SecurityDomain.getCurrent();
        SecurityIdentity identity = domain == null ? null : domain.getCurrentSecurityIdentity();
        return identity == null || identity.isAnonymous()
                ? null
                : identity.getPrincipal().getName();
    }
}
