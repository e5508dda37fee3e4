package dev.reprise.web;

import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.FilterInfo;
import io.undertow.servlet.api.InstanceFactory;
import io.undertow.servlet.api.LoginConfig;
import io.undertow.servlet.api.ServletInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.util.List;
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

    static final String LAUNCH = "/launch";
    static final String HEALTH = "/health";

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        if (!Place.isAnywhere()) {
            return;
        }
        handlers(deployment);
        deployment.addServlet(servlet("launch", Injected.factory(LaunchServlet.class), LaunchServlet.class, LAUNCH));
        deployment.addServlet(servlet("health", Injected.factory(Health.class), Health.class, HEALTH));
        deployment.addServlet(servlet("api", new Api(), "/api/*"));
        if (Place.isAll()) {
            deployment.addServlet(
                    servlet("files", new StaticFiles(), "", StaticFiles.START, "/app/*", "/public/*", "/webjars/*"));
            deployment.addServlet(servlet("login-page", new LoginPage(), LoginPage.PAGE));
            deployment.addServlet(servlet("not-logged-in", new NotLoggedIn(), "/public/not-logged-in"));
            deployment.addServlet(servlet("error", new ErrorPage(), "/public/error"));
        } else {
            deployment.addServlet(servlet("files", new StaticFiles(), "/*"));
        }
        filters(deployment);
    }

    private static void handlers(DeploymentInfo deployment) {
        // The last one is the first that a request passes.
        LoginGuard guard = new LoginGuard();
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
        LoginConfig login = deployment.getLoginConfig();
        Gate gate = new Gate(deployment.getSecurityRoles(), login != null, challenge(login));
        deployment.addFilter(filter("gate", gate));
        for (String servlet : List.of("files", "api", "launch", "health")) {
            deployment.addFilterServletNameMapping(named("gate"), named(servlet), DispatcherType.REQUEST);
        }
        deployment.addFilter(filter("response-headers", new ResponseHeaders()));
        List<DispatcherType> ways = Place.isAll()
                ? List.of(DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ERROR)
                : List.of(DispatcherType.REQUEST);
        ways.forEach(way -> deployment.addFilterUrlMapping(named("response-headers"), Place.base() + "/*", way));
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
