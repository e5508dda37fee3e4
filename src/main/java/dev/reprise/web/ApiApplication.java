package dev.reprise.web;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** The REST API; {@code openapi.yaml} beside this class describes it. */
@ApplicationPath("/api")
public final class ApiApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(
                JobsResource.class,
                InstancesResource.class,
                ExecutionsResource.class,
                NodesResource.class,
                EventsResource.class,
                LoginsResource.class,
                MeResource.class,
                Entrance.class,
                Problems.class);
    }
}
