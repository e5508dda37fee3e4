package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.reprise.internal.store.Acknowledgements;
import dev.reprise.internal.store.history.History;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.operate.Operations;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What needs a person: that somebody knows of it. */
@Path("/attention")
@Produces(MediaType.APPLICATION_JSON)
public class AttentionResource extends Asked {

    private static final int MOST_DAYS = 366;

    private final Monitor monitor;
    private final Operations operations;
    private final Supplier<History> history;

    @Inject
    public AttentionResource(Monitor monitor, Operations operations, Supplier<History> history) {
        this.monitor = monitor;
        this.operations = operations;
        this.history = history;
    }

    /** The body of an acknowledgement. */
    record Known(
            @JsonProperty("note") @Nullable String note,
            @JsonProperty("until") @Nullable String until) {

        @Nullable
        String words() {
            if (note == null || note.isBlank()) {
                return null;
            }
            if (note.length() > Acknowledgements.LONGEST_NOTE) {
                throw Problem.badRequest("The field note has " + note.length() + " characters; it has at most "
                                + Acknowledgements.LONGEST_NOTE + ".")
                        .exception();
            }
            return note.strip();
        }

        Instant end(Instant now) {
            Instant end = null;
            try {
                end = until == null ? null : Instant.parse(until);
            } catch (DateTimeException e) {
                // said below
            }
            if (end == null || !end.isAfter(now) || end.isAfter(now.plus(Duration.ofDays(MOST_DAYS)))) {
                throw Problem.badRequest("The field until is " + (until == null ? "missing" : "'" + shown(until) + "'")
                                + "; write a time in UTC that is to come, and in less than a year, like "
                                + now.plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS)
                                + ".")
                        .exception();
            }
            return end;
        }
    }

    @POST
    @Path("/{key}/acknowledgement")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response acknowledge(@PathParam("key") String key, InputStream body) {
        only();
        Known known = Json.read(body, Known.class);
        Instant until = known.end(history.get().now());
        String note = known.words();
        View.Attention matter = matter(key);
        onBehalf(() -> {
            operations.acknowledge(key, matter.job(), newest(matter), note, until);
            return Boolean.TRUE;
        });
        return json(monitor.now());
    }

    @DELETE
    @Path("/{key}/acknowledgement")
    public Response acknowledgeNoMore(@PathParam("key") String key) {
        only();
        View.Attention matter = matter(key);
        onBehalf(() -> {
            operations.acknowledgeNoMore(key, matter.job(), newest(matter));
            return Boolean.TRUE;
        });
        return json(monitor.now());
    }

    private View.Attention matter(String key) {
        return monitor.attention(key)
                .orElseThrow(() -> Problem.notFound(
                                "attention",
                                "Nothing with the key '" + shown(key)
                                        + "' needs a person (any more); read again what does (GET /now).")
                        .exception());
    }

    private static @Nullable Long newest(View.Attention matter) {
        return matter.executions().isEmpty() ? null : matter.executions().get(0);
    }
}
