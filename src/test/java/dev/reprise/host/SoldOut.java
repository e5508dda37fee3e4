package dev.reprise.host;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The application's own words for a failure. */
@Provider
public final class SoldOut implements ExceptionMapper<SoldOutException> {

    @Override
    public Response toResponse(SoldOutException thrown) {
        return Response.status(Response.Status.GONE)
                .type("text/plain")
                .entity("sold out")
                .build();
    }
}
