package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.operate.Schedules;
import dev.reprise.schedule.Backfill;
import dev.reprise.schedule.Outlook;
import dev.reprise.schedule.ScheduleRefusedException;
import dev.reprise.schedule.ScheduleState;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickRecord;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Schedules: what they did, what they are about to do, and what people do about it. */
@Path("/schedules")
@Produces(MediaType.APPLICATION_JSON)
public class SchedulesResource extends Asked {

    private final Schedules schedules;
    private final Monitor monitor;

    @Inject
    public SchedulesResource(Schedules schedules, Monitor monitor) {
        this.schedules = schedules;
        this.monitor = monitor;
    }

    /** A body that says why. */
    record Why(@JsonProperty("why") @Nullable String why) {}

    /** A body that names a tick. */
    record OfTick(
            @JsonProperty("tick") @Nullable String tick,
            @JsonProperty("why") @Nullable String why) {}

    /** A body that asks for ticks of the past. */
    record Past(
            @JsonProperty("from") @Nullable String from,
            @JsonProperty("to") @Nullable String to,
            @JsonProperty("what") @Nullable String what,
            @JsonProperty("order") @Nullable String order,
            @JsonProperty("atOnce") @Nullable Integer atOnce,
            @JsonProperty("dryRun") @Nullable Boolean dryRun) {

        Backfill backfill() {
            try {
                return new Backfill(
                        nominal("from", from),
                        nominal("to", to),
                        choice("what", what, Backfill.What.class, Backfill.What.MISSING),
                        choice("order", order, Backfill.Order.class, Backfill.Order.OLDEST_FIRST),
                        atOnce == null ? 1 : atOnce);
            } catch (IllegalArgumentException e) {
                throw Problem.badRequest(String.valueOf(e.getMessage())).exception();
            }
        }
    }

    /** A tick to come, as the API tells it. */
    record Coming(
            LocalDateTime nominal, Instant due, @Nullable String skippedBecause, SortedMap<String, String> parameters) {

        static Coming of(Tick tick) {
            return new Coming(tick.nominal(), tick.due(), tick.offBecause().orElse(null), tick.parameters());
        }
    }

    /** An outlook, as the API tells it. */
    record Told(
            List<TickRecord> unfinished,
            List<Coming> coming,
            @Nullable String paused) {}

    /** What would become of a tick, or becomes of it. */
    record Planned(LocalDateTime nominal, String act, String why) {}

    private static LocalDateTime nominal(String field, @Nullable String text) {
        try {
            if (text != null) {
                return LocalDateTime.parse(text);
            }
        } catch (DateTimeException e) {
            // As if there were none.
        }
        throw Problem.badRequest("The field " + field + " is " + (text == null ? "missing" : "'" + shown(text) + "'")
                        + "; write the local time of a tick in the schedule's zone, like 2026-11-29T03:00.")
                .exception();
    }

    private static <E extends Enum<E>> E choice(String field, @Nullable String text, Class<E> type, E otherwise) {
        if (text == null) {
            return otherwise;
        }
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(SchedulesResource::word)
                .toList();
        if (!words.contains(text)) {
            throw Problem.badRequest("The field " + field + " is '" + shown(text) + "'; write one of "
                            + String.join(", ", words) + ".")
                    .exception();
        }
        return type.getEnumConstants()[words.indexOf(text)];
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <T> T asked(Supplier<T> work) {
        try {
            return work.get();
        } catch (ScheduleRefusedException e) {
            String kind = word(e.kind());
            throw new Problem(
                            kind,
                            kind.replace('-', ' '),
                            e.kind() == ScheduleRefusedException.Kind.NOT_NOW ? Status.CONFLICT : Status.NOT_FOUND,
                            String.valueOf(e.getMessage()))
                    .exception();
        }
    }

    @GET
    public Response schedules() {
        only();
        return json(new View.Page<>(schedules.list(), null));
    }

    @GET
    @Path("/{job}")
    public Response schedule(@PathParam("job") String job) {
        only();
        ScheduleState found = schedules
                .find(job)
                .orElseThrow(() -> Problem.notFound("schedule", "The job '" + shown(job) + "' has no schedule here.")
                        .exception());
        return json(found);
    }

    @GET
    @Path("/{job}/ticks")
    public Response ticks(@PathParam("job") String job) {
        only("limit", "after");
        int limit = limit();
        LocalDateTime before = text("after").map(text -> nominal("after", text)).orElse(null);
        List<TickRecord> ticks = schedules.ticks(job, before, limit + 1);
        return json(
                ticks.size() <= limit
                        ? new View.Page<>(ticks, null)
                        : new View.Page<>(
                                ticks.subList(0, limit),
                                ticks.get(limit - 1).nominal().toString()));
    }

    @GET
    @Path("/{job}/explain")
    public Response explain(@PathParam("job") String job) {
        only("limit");
        int limit = limit();
        Outlook outlook = asked(() -> schedules.explain(job, limit));
        return json(new Told(
                outlook.unfinished(),
                outlook.coming().stream().map(Coming::of).toList(),
                outlook.paused().orElse(null)));
    }

    @POST
    @Path("/{job}/pause")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response pause(@PathParam("job") String job, InputStream body) {
        only();
        Why why = Json.read(body, Why.class);
        return json(asked(() -> onBehalf(() -> schedules.pause(job, orNothing(why.why())))));
    }

    private static String orNothing(@Nullable String why) {
        return why == null ? "" : why;
    }

    @POST
    @Path("/{job}/resume")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response resume(@PathParam("job") String job, InputStream body) {
        only();
        Json.read(body, ExecutionsResource.Nothing.class);
        return json(asked(() -> onBehalf(() -> schedules.resume(job))));
    }

    @POST
    @Path("/{job}/run")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response run(@PathParam("job") String job, InputStream body) {
        only();
        OfTick tick = Json.read(body, OfTick.class);
        LocalDateTime nominal = nominal("tick", tick.tick());
        return JobsResource.launched(
                monitor,
                base(),
                asked(() -> onBehalf(() -> schedules.runNow(job, nominal))).getExecutionId(),
                false);
    }

    @POST
    @Path("/{job}/skip")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response skip(@PathParam("job") String job, InputStream body) {
        only();
        OfTick tick = Json.read(body, OfTick.class);
        LocalDateTime nominal = nominal("tick", tick.tick());
        return json(asked(() -> onBehalf(() -> schedules.skip(job, nominal, orNothing(tick.why())))));
    }

    /** With {@code dryRun}, which is how it begins, nothing is done. */
    @POST
    @Path("/{job}/backfill")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response backfill(@PathParam("job") String job, InputStream body) {
        only();
        Past past = Json.read(body, Past.class);
        Backfill backfill = past.backfill();
        boolean dry = past.dryRun() == null || past.dryRun();
        List<Backfill.Planned> planned;
        try {
            planned = asked(
                    () -> dry ? schedules.explain(job, backfill) : onBehalf(() -> schedules.backfill(job, backfill)));
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage())).exception();
        }
        return json(new View.Page<>(
                planned.stream()
                        .map(each -> new Planned(each.tick().nominal(), word(each.act()), each.why()))
                        .toList(),
                null));
    }
}
