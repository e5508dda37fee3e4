package dev.reprise.web;

import dev.reprise.access.Role;
import io.undertow.security.api.AuthenticationMode;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.stream.Stream;

/**
 * Adds the {@link Console} to an application, without a line in its {@code web.xml}. Where the application does not say who may come
 * in, or has something of its own there, it stays as it is, and the log says what to write.
 */
public final class Doorway implements ServletExtension {

    private static final Logger LOG = System.getLogger(Doorway.class.getName());

    private static final String MECHANISM =
            "jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism";

    private static final String NO_ROLES = "the application has none of its roles; declare in WEB-INF/web.xml"
            + " <security-role><role-name>batch-viewer</role-name></security-role>, the same for batch-operator and"
            + " batch-admin";

    private static final String NO_LOGIN = "the application has no login; declare in WEB-INF/web.xml"
            + " <login-config><auth-method>BASIC</auth-method></login-config>, or another one, and in WEB-INF/jboss-web.xml"
            + " the <security-domain> that knows the users";

    /** Then nobody is known where no role is asked for, as at the REST API, which answers in its own language. */
    private static final String NOT_ASKED = "logins are looked at only where a constraint asks for them; write"
            + " <proactive-authentication>true</proactive-authentication> into WEB-INF/jboss-web.xml";

    private static final String TAKEN = "the %s of the application is there; write console=/another-path";

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        Place.configured().ifPresent(place -> add(new Console(place, deployment, context)));
    }

    private static void add(Console console) {
        String missing = missing(console);
        if (missing.isEmpty()) {
            console.add();
            LOG.log(Level.INFO, "The console is at {0}", console.address());
        } else {
            LOG.log(
                    Level.WARNING,
                    "There is no console at {0}: {1}. For none write console= into META-INF/reprise.properties.",
                    console.address(),
                    missing);
        }
    }

    /** Whatever stands in its way, with what to write; empty if nothing does. */
    private static String missing(Console console) {
        DeploymentInfo deployment = console.deployment();
        if (Stream.of(Role.values()).map(Role::roleName).noneMatch(deployment.getSecurityRoles()::contains)) {
            return NO_ROLES;
        }
        if (deployment.getLoginConfig() == null && !hasMechanism()) {
            return NO_LOGIN;
        }
        if (deployment.getAuthenticationMode() == AuthenticationMode.CONSTRAINT_DRIVEN) {
            return NOT_ASKED;
        }
        return console.inTheWay().map(TAKEN::formatted).orElse("");
    }

    /** A login of Jakarta Security's needs no {@code login-config}. */
    private static boolean hasMechanism() {
        try {
            Class<?> mechanism = Class.forName(MECHANISM, false, Doorway.class.getClassLoader());
            return !CDI.current().getBeanManager().getBeans(mechanism).isEmpty();
        } catch (ClassNotFoundException | IllegalStateException e) {
            LOG.log(Level.DEBUG, "There is no login of Jakarta Security: {0}", e.toString());
            return false;
        }
    }
}
