package dev.reprise.web;

import dev.reprise.access.Role;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import org.jspecify.annotations.Nullable;

/** What changed, as it happens. */
@Path("/events")
public class EventsResource extends Asked {

    private final Events events;

    @Inject
    public EventsResource(Events events) {
        this.events = events;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void events(
            @Context SseEventSink sink, @Context Sse sse, @HeaderParam("Last-Event-ID") @Nullable String lastEventId) {
        only();
        events.send(sink, sse, lastEventId, caller().roles().contains(Role.OPERATOR));
    }
}
