package dev.reprise.guest;

import jakarta.json.Json;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Says in JSON what is missing. */
@Provider
public class MissingArticleMapper implements ExceptionMapper<MissingArticleException> {

    @Override
    public Response toResponse(MissingArticleException missing) {
        return Response.status(Response.Status.NOT_FOUND)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(Json.createObjectBuilder()
                        .add("missing", missing.getMessage())
                        .build())
                .build();
    }
}
