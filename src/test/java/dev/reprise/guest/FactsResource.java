package dev.reprise.guest;

import jakarta.batch.api.Batchlet;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.operations.JobOperator;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.servlet.Registration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** What the application sees of itself. What has a name of the library's own in it is not the application's, and left out. */
@Dependent
@Path("facts")
@Produces(MediaType.TEXT_PLAIN)
public class FactsResource {

    /** What an application injects, or classes that it has may be. */
    private static final List<Class<?>> INJECTED = List.of(
            ItemReader.class,
            ItemProcessor.class,
            ItemWriter.class,
            Batchlet.class,
            StepListener.class,
            JobOperator.class,
            DataSource.class,
            Supplier.class,
            Runnable.class,
            Executor.class,
            AutoCloseable.class,
            Comparable.class,
            Clock.class,
            String.class,
            List.class,
            Map.class);

    @Inject
    private BeanManager manager;

    @Inject
    private Repository repository;

    /** Each bean by class, name, types and qualifiers; what names stand for; and of which classes an injection could choose. */
    @GET
    @Path("beans")
    public String beans() {
        Stream<String> beans = manager.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .filter(bean -> isMine(bean.getBeanClass().getName()))
                .map(bean -> bean.getBeanClass().getName() + " " + bean.getName() + " " + texts(bean.getTypes()) + " "
                        + texts(bean.getQualifiers()));
        Stream<String> named = Stream.of("csvReader", "bulkWriter", "Repository", "repository", "purgeReader")
                .map(name -> name + ": " + classes(manager.getBeans(name)));
        Stream<String> injected = INJECTED.stream()
                .map(type -> type.getName() + ": " + classes(manager.getBeans(type, Any.Literal.INSTANCE)));
        return lines(Stream.of(beans, named, injected).flatMap(part -> part));
    }

    private static Collection<String> texts(Collection<?> objects) {
        return objects.stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Collection<String> classes(Collection<Bean<?>> beans) {
        return beans.stream().map(bean -> bean.getBeanClass().getName()).collect(Collectors.toCollection(TreeSet::new));
    }

    @GET
    @Path("entities")
    public String entities() {
        return lines(repository.entities().stream());
    }

    /** Servlets, filters, listeners' traces, and what is set for sessions. */
    @GET
    @Path("web")
    public String web(@Context ServletContext context, @Context HttpServletRequest request) {
        Stream<String> servlets = context.getServletRegistrations().values().stream()
                .filter(FactsResource::isMine)
                .map(servlet -> "servlet " + servlet.getName() + " " + new TreeSet<>(servlet.getMappings()));
        Stream<String> filters = context.getFilterRegistrations().values().stream()
                .filter(FactsResource::isMine)
                .map(filter -> "filter " + filter.getName() + " " + new TreeSet<>(filter.getUrlPatternMappings()));
        Stream<String> session = Stream.of(
                "session " + context.getSessionTimeout() + " " + context.getEffectiveSessionTrackingModes() + " "
                        + context.getSessionCookieConfig().getName() + " "
                        + context.getSessionCookieConfig().isHttpOnly() + " "
                        + context.getSessionCookieConfig().isSecure() + " "
                        + context.getSessionCookieConfig().getAttributes(),
                "new session " + request.getSession().isNew() + " " + request.getRequestURI() + " "
                        + request.getServletPath());
        return lines(Stream.of(servlets, filters, session).flatMap(part -> part));
    }

    private static boolean isMine(Registration registration) {
        return isMine(String.valueOf(registration.getClassName())) && isMine(registration.getName());
    }

    private static boolean isMine(String name) {
        return !name.startsWith("dev.reprise.") || name.startsWith(FactsResource.class.getPackageName());
    }

    /** Only for customers: see web.xml. */
    @GET
    @Path("me")
    public String me(@Context SecurityContext security) {
        return security.getUserPrincipal().getName() + " " + security.getAuthenticationScheme() + " "
                + List.of("customer", "batch-admin").stream()
                        .filter(security::isUserInRole)
                        .toList();
    }

    private static String lines(Stream<String> lines) {
        return lines.sorted().collect(Collectors.joining("\n"));
    }
}
