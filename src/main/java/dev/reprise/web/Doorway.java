package dev.reprise.web;

import dev.reprise.access.Role;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.FilterInfo;
import io.undertow.servlet.api.InstanceFactory;
import io.undertow.servlet.api.LoginConfig;
import io.undertow.servlet.api.SecurityConstraint;
import io.undertow.servlet.api.SecurityInfo.EmptyRoleSemantic;
import io.undertow.servlet.api.ServletInfo;
import io.undertow.servlet.api.TransportGuaranteeType;
import io.undertow.servlet.api.WebResourceCollection;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Adds the console to an application, at the address that its configuration says, without a line in its {@code web.xml}; an
 * application's own requests do not come past here.
 *
 * <p>What every request to the console passes before the server asks who sends it: it must be one ({@link WellFormed}), be
 * there as a whole ({@link Bodies}), may not hold what others need ({@link Strangers}), and not try passwords without end
 * ({@link LoginGuard}). Then the {@link Gate} asks who it is.
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

    private static final String TAKEN =
            "the %s of the application is there; write console=/another-path into META-INF/reprise.properties";

    static final String LAUNCH = "/launch";
    static final String HEALTH = "/health";

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        if (!Place.isAnywhere()) {
            return;
        }
        String at = context.getContextPath() + Place.base() + "/";
        List<ServletInfo> servlets = servlets();
        String missing = missing(deployment, context, servlets);
        if (!missing.isEmpty()) {
            LOG.log(Level.WARNING, "There is no console at {0}: {1}. For none write console= there.", at, missing);
            return;
        }
        handlers(deployment, context);
        deployment.addServlets(servlets);
        filters(deployment);
        if (!Place.isAll()) {
            constraints(deployment);
        }
        LOG.log(Level.INFO, "The console is at {0}", at);
    }

    /** Whatever stands in its way, with what to write; empty if nothing does. Nothing of it answers then. */
    private static String missing(DeploymentInfo deployment, ServletContext context, List<ServletInfo> servlets) {
        if (Stream.of(Role.values()).map(Role::roleName).noneMatch(deployment.getSecurityRoles()::contains)) {
            return NO_ROLES;
        }
        if (deployment.getLoginConfig() == null && !hasMechanism()) {
            return NO_LOGIN;
        }
        if (!Place.isAll() && context.getResourcePaths(Place.base() + "/") != null) {
            return TAKEN.formatted("folder " + Place.base());
        }
        Set<String> ours = servlets.stream()
                .flatMap(servlet -> servlet.getMappings().stream())
                .collect(Collectors.toSet());
        return deployment.getServlets().values().stream()
                .filter(servlet -> servlet.getMappings().stream()
                        .anyMatch(address -> ours.contains(address) || (!Place.isAll() && Place.isBelow(address))))
                .findAny()
                .map(servlet -> TAKEN.formatted("servlet " + servlet.getName()))
                .orElse("");
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

    private static List<ServletInfo> servlets() {
        List<ServletInfo> servlets = new ArrayList<>(List.of(
                servlet("launch", Injected.factory(LaunchServlet.class), LaunchServlet.class, LAUNCH),
                servlet("health", Injected.factory(Health.class), Health.class, HEALTH),
                servlet("api", new Api(), "/api/*")));
        if (Place.isAll()) {
            servlets.add(
                    servlet("files", new StaticFiles(), "", StaticFiles.START, "/app/*", "/public/*", "/webjars/*"));
            servlets.add(servlet("login-page", new LoginPage(), LoginPage.PAGE));
            servlets.add(servlet("not-logged-in", new NotLoggedIn(), "/public/not-logged-in"));
            servlets.add(servlet("error", new ErrorPage(), "/public/error"));
        } else {
            servlets.add(servlet("files", new StaticFiles(), "/*"));
        }
        return servlets;
    }

    private static void handlers(DeploymentInfo deployment, ServletContext context) {
        // The last one is the first that a request passes.
        LoginGuard guard = new LoginGuard(context);
        Strangers strangers = new Strangers();
        Stream.<HandlerWrapper>of(guard::before, strangers::before, Bodies::new, WellFormed::new, OwnAddress::new)
                .map(Doorway::below)
                .forEach(deployment::addInitialHandlerChainWrapper);
        Stream.<HandlerWrapper>of(strangers::within, guard, Absence::new)
                .map(Doorway::below)
                .forEach(deployment::addOuterHandlerChainWrapper);
        deployment.addNotificationReceiver(guard);
    }

    private static HandlerWrapper below(HandlerWrapper wrapper) {
        return next -> {
            HttpHandler ours = wrapper.wrap(next);
            return exchange -> (Place.isBelow(exchange.getRelativePath()) ? ours : next).handleRequest(exchange);
        };
    }

    private static void filters(DeploymentInfo deployment) {
        deployment.addFilter(filter("gate", new Gate(challenge(deployment.getLoginConfig()))));
        deployment.addFilter(filter("response-headers", new ResponseHeaders()));
        List<DispatcherType> ways = Place.isAll()
                ? List.of(DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ERROR)
                : List.of(DispatcherType.REQUEST);
        ways.forEach(way -> deployment.addFilterUrlMapping(named("response-headers"), Place.base() + "/*", way));
        for (String servlet : List.of("files", "api", "launch", "health")) {
            deployment.addFilterServletNameMapping(named("gate"), named(servlet), DispatcherType.REQUEST);
        }
    }

    /**
     * Pages need a login, and what is no page says so itself. Which role is the gate's to see: what the server says of a missing one
     * leads to an error page of the application's.
     */
    private static void constraints(DeploymentInfo deployment) {
        TransportGuaranteeType transport = deployment.getSecurityConstraints().stream()
                .filter(constraint -> constraint.getWebResourceCollections().stream()
                        .anyMatch(collection -> collection.getUrlPatterns().contains("/*")))
                .map(SecurityConstraint::getTransportGuaranteeType)
                .max(Comparator.naturalOrder())
                .orElse(TransportGuaranteeType.NONE);
        deployment.addSecurityConstraint(constraint(EmptyRoleSemantic.AUTHENTICATE, transport, "", "/*"));
        deployment.addSecurityConstraint(
                constraint(EmptyRoleSemantic.PERMIT, transport, "/api/*", LAUNCH, HEALTH, "/public/*", "/webjars/*"));
    }

    private static SecurityConstraint constraint(
            EmptyRoleSemantic whom, TransportGuaranteeType transport, String... within) {
        WebResourceCollection all = new WebResourceCollection();
        for (String address : within) {
            all.addUrlPattern(Place.base() + address);
        }
        return new SecurityConstraint()
                .setEmptyRoleSemantic(whom)
                .setTransportGuaranteeType(transport)
                .addWebResourceCollection(all);
    }

    /** What a program is told that sends no name and password; null if it would be of no use. */
    private static @Nullable String challenge(@Nullable LoginConfig login) {
        if (login == null
                || login.getAuthMethods().stream()
                        .noneMatch(method -> method.getName().equalsIgnoreCase("BASIC"))) {
            return null;
        }
        return NotLoggedIn.challenge(login.getRealmName());
    }

    private static ServletInfo servlet(String name, Servlet servlet, String... within) {
        return servlet(name, new ImmediateInstanceFactory<>(servlet), servlet.getClass(), within);
    }

    private static <T extends Servlet> ServletInfo servlet(
            String name, InstanceFactory<? extends Servlet> made, Class<T> type, String... within) {
        ServletInfo servlet = new ServletInfo(named(name), type, made).setAsyncSupported(true);
        for (String address : within) {
            servlet.addMapping(Place.base() + address);
        }
        return servlet;
    }

    private static FilterInfo filter(String name, Filter filter) {
        return new FilterInfo(named(name), filter.getClass(), new ImmediateInstanceFactory<>(filter))
                .setAsyncSupported(true);
    }

    /** An application may call its own whatever it likes. */
    private static String named(String name) {
        return "reprise-" + name;
    }
}
