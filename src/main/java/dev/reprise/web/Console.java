package dev.reprise.web;

import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
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
import io.undertow.util.Headers;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is added to an application, all of it at one place; its own requests do not come past here.
 *
 * <p>What every request to the console passes before the server asks who sends it: it must be one ({@link WellFormed}), be
 * there as a whole ({@link Bodies}), may not hold what others need ({@link Strangers}), and not try passwords without end
 * ({@link LoginGuard}). Then the {@link Gate} asks who it is.
 */
record Console(Place place, DeploymentInfo deployment, ServletContext context) {

    static final String LAUNCH = "/launch";
    static final String HEALTH = "/health";

    /** RFC 9110 §5.6.7: always two digits for the day. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    String address() {
        return context.getContextPath() + place.base() + "/";
    }

    void add() {
        place.becomesThatOf(context);
        handlers();
        deployment.addServlets(servlets());
        filters();
        if (!place.isAll()) {
            constraints();
        }
    }

    /** Something of the application's that is where this would be. */
    Optional<String> inTheWay() {
        if (!place.isAll() && context.getResourcePaths(place.base() + "/") != null) {
            return Optional.of("folder " + place.base());
        }
        Optional<String> asked = deployment.getSecurityConstraints().stream()
                .filter(constraint -> !constraint.getRolesAllowed().isEmpty())
                .flatMap(Console::patterns)
                .filter(pattern -> !place.isAll() && place.isBelow(pattern))
                .findAny();
        if (asked.isPresent()) {
            return Optional.of("security constraint for " + asked.get());
        }
        Set<String> ours = servlets().stream()
                .flatMap(servlet -> servlet.getMappings().stream())
                .collect(Collectors.toSet());
        return deployment.getServlets().values().stream()
                .filter(servlet -> servlet.getMappings().stream()
                        .anyMatch(address -> ours.contains(address) || (!place.isAll() && place.isBelow(address))))
                .findAny()
                .map(servlet -> "servlet " + servlet.getName());
    }

    private List<ServletInfo> servlets() {
        List<ServletInfo> servlets = new ArrayList<>(List.of(
                servlet("launch", Injected.factory(LaunchServlet.class), LaunchServlet.class, LAUNCH),
                servlet("health", Injected.factory(Health.class), Health.class, HEALTH),
                servlet("api", new Api(), "/api/*")));
        if (place.isAll()) {
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

    private void handlers() {
        // The last one is the first that a request passes.
        LoginGuard guard = new LoginGuard(context);
        Strangers strangers = new Strangers();
        Stream.<HandlerWrapper>of(
                        guard::before, strangers::before, Bodies::new, WellFormed::new, OwnAddress::new, Console::dated)
                .map(this::below)
                .forEach(deployment::addInitialHandlerChainWrapper);
        Stream.<HandlerWrapper>of(strangers::within, guard, Absence::new)
                .map(this::below)
                .forEach(deployment::addOuterHandlerChainWrapper);
        deployment.addNotificationReceiver(guard);
    }

    /** The server's own date stands still after a reload (docs/engine-traps.md), and a page takes it for the time. */
    private static HttpHandler dated(HttpHandler next) {
        return exchange -> {
            exchange.getResponseHeaders().put(Headers.DATE, DATE.format(Instant.now()));
            next.handleRequest(exchange);
        };
    }

    private HandlerWrapper below(HandlerWrapper wrapper) {
        return next -> {
            HttpHandler ours = wrapper.wrap(next);
            return exchange -> (place.takes(exchange) ? ours : next).handleRequest(exchange);
        };
    }

    private void filters() {
        deployment.addFilter(filter("gate", new Gate(challenge(deployment.getLoginConfig()))));
        deployment.addFilter(filter("response-headers", new ResponseHeaders()));
        List<DispatcherType> ways = place.isAll()
                ? List.of(DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ERROR)
                : List.of(DispatcherType.REQUEST);
        ways.forEach(way -> deployment.addFilterUrlMapping(named("response-headers"), place.base() + "/*", way));
        for (String servlet : List.of("files", "api", "launch", "health")) {
            deployment.addFilterServletNameMapping(named("gate"), named(servlet), DispatcherType.REQUEST);
        }
    }

    /**
     * Pages need a login, and what is no page says so itself. Which role is the gate's to see: what the server says of a missing one
     * leads to an error page of the application's.
     */
    private void constraints() {
        TransportGuaranteeType transport = deployment.getSecurityConstraints().stream()
                .filter(constraint -> patterns(constraint).anyMatch(this::concerns))
                .map(SecurityConstraint::getTransportGuaranteeType)
                .max(Comparator.naturalOrder())
                .orElse(TransportGuaranteeType.NONE);
        deployment.addSecurityConstraint(constraint(EmptyRoleSemantic.AUTHENTICATE, transport, "", "/*"));
        deployment.addSecurityConstraint(
                constraint(EmptyRoleSemantic.PERMIT, transport, "/api/*", LAUNCH, HEALTH, "/public/*", "/webjars/*"));
    }

    private static Stream<String> patterns(SecurityConstraint constraint) {
        return constraint.getWebResourceCollections().stream()
                .flatMap(collection -> collection.getUrlPatterns().stream());
    }

    /** Whether the console or a part of it is at what has this pattern. */
    private boolean concerns(String pattern) {
        return place.isBelow(pattern)
                || (pattern.endsWith("/*")
                        && place.isAtOrAbove(pattern.substring(0, pattern.length() - "/*".length())));
    }

    private SecurityConstraint constraint(EmptyRoleSemantic whom, TransportGuaranteeType transport, String... within) {
        WebResourceCollection all = new WebResourceCollection();
        for (String address : within) {
            all.addUrlPattern(place.base() + address);
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

    private ServletInfo servlet(String name, Servlet servlet, String... within) {
        return servlet(name, new ImmediateInstanceFactory<>(servlet), servlet.getClass(), within);
    }

    private <T extends Servlet> ServletInfo servlet(
            String name, InstanceFactory<? extends Servlet> made, Class<T> type, String... within) {
        ServletInfo servlet = new ServletInfo(named(name), type, made).setAsyncSupported(true);
        for (String address : within) {
            servlet.addMapping(place.base() + address);
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
