package dev.reprise.guest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.Dependent;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.security.CodeSource;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What the application does with libraries that this one brings too, in other versions. */
@Dependent
@Path("libraries")
public class LibrariesResource {

    @Resource(lookup = "java:jboss/datasources/reprise")
    private @Nullable DataSource database;

    /** As the JSON that the server makes of it, by whichever library. */
    @GET
    @Path("label")
    @Produces(MediaType.APPLICATION_JSON)
    public Label label() {
        return new Label("Lamp", new BigDecimal("12.50"), LocalDate.of(2026, 2, 28), "for nobody");
    }

    /** Which JAR each is of, and that it works. */
    @GET
    @Produces(MediaType.TEXT_PLAIN)
    public String work() throws JsonProcessingException {
        DataSource source = database;
        if (source == null) {
            throw new IllegalStateException("not injected");
        }
        Jdbi jdbi = Jdbi.create(source);
        jdbi.useHandle(handle -> handle.execute("drop schema if exists \"guest\" cascade"));
        Flyway flyway = Flyway.configure(LibrariesResource.class.getClassLoader())
                .dataSource(source)
                .schemas("guest")
                .load();
        flyway.migrate();
        String migrations = Stream.of(flyway.info().applied())
                .map(MigrationInfo::getDescription)
                .collect(Collectors.joining(", "));
        List<String> stock =
                jdbi.withHandle(handle -> handle.createQuery("select NAME from \"guest\".STOCK order by NAME")
                        .mapTo(String.class)
                        .list());
        return Stream.of(
                        jar(ObjectMapper.class) + ": "
                                + new ObjectMapper().writeValueAsString(new Label.Small("Lamp", "hidden")),
                        jar(Flyway.class) + ": " + migrations,
                        jar(Jdbi.class) + ": " + stock)
                .collect(Collectors.joining("\n"));
    }

    private static String jar(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source.getLocation().getPath().replaceFirst("/+$", "").replaceFirst(".*/", "");
    }
}
