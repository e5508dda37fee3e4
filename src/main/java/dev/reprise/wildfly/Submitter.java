package dev.reprise.wildfly;

import dev.reprise.access.Caller;
import dev.reprise.log.OneLine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.wildfly.security.auth.server.SecurityDomain;
import org.wildfly.security.auth.server.SecurityIdentity;

/** Who asks for an execution: the caller that WildFly's security knows on the asking thread. */
final class Submitter {

    private static final Logger LOG = System.getLogger(Submitter.class.getName());

    private Submitter() {}

    static Supplier<@Nullable String> ofThisThread() {
        return Submitter::current;
    }

    /** With its roles, where no request of ours has said who asks. */
    static Optional<Caller> caller() {
        return identity()
                .map(identity -> Caller.of(identity.getPrincipal().getName(), null, identity.getRoles()::contains));
    }

    /**
     * Runs something on this thread as a caller of that name, with the roles that the deployment's security gives it now, as
     * WildFly restarts what its suspension has stopped.
     *
     * @param user null for nobody
     */
    static void run(@Nullable String user, Runnable work) {
        named(user).ifPresentOrElse(identity -> identity.runAs(work), work);
    }

    /** Nobody where the security is asked for a name that it does not know any more. */
    private static Optional<SecurityIdentity> named(@Nullable String user) {
        SecurityDomain domain = SecurityDomain.getCurrent();
        if (domain == null || user == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(domain.getAnonymousSecurityIdentity().createRunAsIdentity(user, false));
        } catch (SecurityException e) {
            LOG.log(
                    Level.WARNING,
                    "What {0} has launched runs as nobody: the security of this server says {1}",
                    OneLine.of(user),
                    e.getMessage());
            return Optional.empty();
        }
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
