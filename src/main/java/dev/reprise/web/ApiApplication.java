package dev.reprise.web;

import jakarta.ws.rs.core.Application;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The REST API, of which {@link Api} is the servlet; {@code openapi.yaml} beside this class describes it. */
public final class ApiApplication extends Application {

    static final List<Class<?>> RESOURCES = List.of(
            JobsResource.class,
            SchedulesResource.class,
            InstancesResource.class,
            ExecutionsResource.class,
            NodesResource.class,
            AttentionResource.class,
            EventsResource.class,
            LoginsResource.class,
            MeResource.class);

    @Override
    @SuppressWarnings("deprecation") // made here, because CDI is not to find their classes
    public Set<Object> getSingletons() {
        Set<Object> all = RESOURCES.stream().map(Injected::of).collect(Collectors.toSet());
        all.add(new Entrance());
        all.add(new Problems());
        return all;
    }
}
