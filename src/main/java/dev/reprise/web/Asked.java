package dev.reprise.web;

import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.log.OneLine;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request: who asks, and what stands behind the question mark. */
abstract class Asked {

    private static final int LIMIT = 200;
    private static final int USUAL_LIMIT = 50;
    private static final int LONGEST_SHOWN = 100;

    @Context
    @Nullable
    UriInfo uriInfo;

    @Context
    @Nullable
    HttpServletRequest servletRequest;

    HttpServletRequest request() {
        return Objects.requireNonNull(servletRequest, "outside of a request");
    }

    /** Of all that the API has: JAX-RS knows it on the thread of the request only. */
    URI base() {
        return Objects.requireNonNull(uriInfo, "outside of a request").getBaseUri();
    }

    Caller caller() {
        return Entrance.caller(request());
    }

    /** On behalf of the caller, whose address is on record. */
    <T> T onBehalf(Supplier<T> work) {
        return Access.as(caller(), work);
    }

    /** Refuses a caller without the role. */
    void require(Role role, String what) {
        Access.require(caller(), role, what);
    }

    /** Refuses what the address has behind its question mark and nobody understands. */
    void only(String... names) {
        Set<String> known = new TreeSet<>(Arrays.asList(names));
        for (String name : query().keySet()) {
            if (!known.contains(name)) {
                throw Problem.badRequest("There is no query parameter '" + shown(name) + "' here. "
                                + (known.isEmpty() ? "There are none." : "There are " + String.join(", ", known) + "."))
                        .exception();
            }
            if (query().get(name).size() > 1) {
                throw Problem.badRequest("The query parameter " + name + " is given more than once.")
                        .exception();
            }
        }
    }

    private MultivaluedMap<String, String> query() {
        return Objects.requireNonNull(uriInfo, "outside of a request").getQueryParameters();
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(query().getFirst(name)).filter(value -> !value.isEmpty());
    }

    int limit() {
        return number("limit", 1, LIMIT, USUAL_LIMIT);
    }

    int number(String name, int least, int most, int otherwise) {
        return text(name)
                .map(value -> {
                    int number = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
                    if (number < least || number > most) {
                        throw Problem.badRequest("The query parameter " + name + " is '" + shown(value)
                                        + "'; it is a number from " + least + " to " + most + ".")
                                .exception();
                    }
                    return number;
                })
                .orElse(otherwise);
    }

    /** The id that a page begins below. */
    long after() {
        return id("after").orElse(Long.MAX_VALUE);
    }

    Optional<Long> id(String name) {
        return text(name).map(value -> {
            if (!value.matches("\\d{1,18}")) {
                throw Problem.badRequest("The query parameter " + name + " is '" + shown(value) + "'; it is a number"
                                + (name.equals("after") ? ", as 'next' of a page." : "."))
                        .exception();
            }
            return Long.parseLong(value);
        });
    }

    @Nullable
    Instant time(String name) {
        return text(name)
                .map(value -> {
                    try {
                        return Instant.parse(value);
                    } catch (DateTimeException e) {
                        throw Problem.badRequest("The query parameter " + name + " is '" + shown(value)
                                        + "'; write a time in UTC, like 2026-03-01T10:15:00Z.")
                                .exception();
                    }
                })
                .orElse(null);
    }

    boolean flag(String name) {
        return text(name)
                .map(value -> {
                    if (!List.of("true", "false").contains(value)) {
                        throw Problem.badRequest("The query parameter " + name + " is '" + shown(value)
                                        + "'; it is true or false.")
                                .exception();
                    }
                    return value.equals("true");
                })
                .orElse(false);
    }

    /** An id in the path; whatever is no number cannot be one of anything. */
    static long idOf(String what, String id) {
        if (!id.matches("\\d{1,18}")) {
            throw Problem.notFound(what, "There is no " + what + " '" + shown(id) + "'.")
                    .exception();
        }
        return Long.parseLong(id);
    }

    static Response json(Object entity) {
        return Response.ok(Json.write(entity), MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8"))
                .build();
    }

    static String shown(String text) {
        return OneLine.of(text, LONGEST_SHOWN);
    }
}
