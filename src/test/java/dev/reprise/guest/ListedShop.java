package dev.reprise.guest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Names all its classes: it has nothing else. */
@ApplicationPath("api")
public class ListedShop extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                ArticlesResource.class,
                FactsResource.class,
                JobsResource.class,
                LibrariesResource.class,
                MissingArticleMapper.class);
    }
}
