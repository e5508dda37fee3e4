package dev.reprise.web;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The servlet of the {@link ApiApplication}: a RESTEasy of its own, beside the one that the server makes for the
 * application's REST resources. Neither finds the other's resources, providers or settings: those of the application are in
 * parameters and attributes of the servlet context and in {@code META-INF/services}, none of which this one sees; what this
 * one has the server does not find, because the index of the console's JAR has none of it.
 */
final class Api extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String DISPATCHER = "org.jboss.resteasy.plugins.server.servlet.HttpServlet30Dispatcher";

    private transient @Nullable Servlet dispatcher;

    @Override
    public void init(ServletConfig config) throws ServletException {
        super.init(config);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            Servlet made = Class.forName(DISPATCHER, true, Api.class.getClassLoader())
                    .asSubclass(Servlet.class)
                    .getConstructor()
                    .newInstance();
            thread.setContextClassLoader(new WithoutServices(made.getClass().getClassLoader()));
            made.init(new Own(config));
            dispatcher = made;
        } catch (ReflectiveOperationException e) {
            throw new ServletException("This server has no RESTEasy that the REST API could run on", e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void service(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        if (dispatcher != null) {
            dispatcher.service(request, response);
        }
    }

    @Override
    public void destroy() {
        if (dispatcher != null) {
            dispatcher.destroy();
        }
    }

    /** Providers of RESTEasy alone. */
    private static final class WithoutServices extends ClassLoader {

        private final ClassLoader resteasy;

        WithoutServices(ClassLoader resteasy) {
            super(Api.class.getClassLoader());
            this.resteasy = resteasy;
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.startsWith("META-INF/services/") ? resteasy.getResources(name) : super.getResources(name);
        }
    }

    /** Has no settings and attributes of the application's. */
    private record Own(ServletConfig config, Map<String, String> parameters, ServletContext context)
            implements ServletConfig {

        Own(ServletConfig config) {
            this(
                    config,
                    Map.of(
                            "jakarta.ws.rs.Application",
                            ApiApplication.class.getName(),
                            "resteasy.servlet.mapping.prefix",
                            Place.base() + "/api"),
                    alone(config.getServletContext()));
        }

        private static ServletContext alone(ServletContext context) {
            Map<String, Object> attributes = new ConcurrentHashMap<>();
            return (ServletContext) Proxy.newProxyInstance(
                    Api.class.getClassLoader(),
                    new Class<?>[] {ServletContext.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "getInitParameter" -> null;
                        case "getInitParameterNames" -> Collections.emptyEnumeration();
                        case "getAttribute" -> attributes.get((String) arguments[0]);
                        case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                        case "removeAttribute" -> attributes.remove((String) arguments[0]);
                        default -> invoke(method, context, arguments);
                    });
        }

        private static @Nullable Object invoke(Method method, Object on, Object[] arguments) throws Throwable {
            try {
                return method.invoke(on, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @Override
        public String getServletName() {
            return config.getServletName();
        }

        @Override
        public ServletContext getServletContext() {
            return context;
        }

        @Override
        public @Nullable String getInitParameter(String name) {
            return parameters.get(name);
        }

        @Override
        public Enumeration<String> getInitParameterNames() {
            return Collections.enumeration(parameters.keySet());
        }
    }
}
