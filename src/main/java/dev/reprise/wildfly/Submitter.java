package dev.reprise.wildfly;

import dev.reprise.access.Caller;
import java.util.Optional;
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

    /** With its roles, where no request of ours has said who asks. */
    static Optional<Caller> caller() {
        return identity()
                .map(identity -> Caller.of(identity.getPrincipal().getName(), null, identity.getRoles()::contains));
    }

    private static @Nullable String current() {
        return identity().map(identity -> identity.getPrincipal().getName()).orElse(null);
    }

    private static Optional<SecurityIdentity> identity() {
        SecurityDomain domain = SecurityDomain.getCurrent();
        return Optional.ofNullable(domain == null ? null : domain.getCurrentSecurityIdentity())
                .filter(identity -> !identity.isAnonymous());
    }
}
