package dev.reprise.host;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;

/** The application's REST resource. */
@Path("/prices")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class Prices {

    @GET
    public List<Price> all() {
        return List.of(new Price("tea", new BigDecimal("12.50"), LocalDate.of(2001, 2, 3)));
    }

    @POST
    public Price put(Price price) {
        return price;
    }

    @GET
    @Path("/sold-out")
    public Price soldOut() {
        throw new SoldOutException();
    }

    @GET
    @Path("/broken")
    public Price broken() {
        throw new UnsupportedOperationException("of the shop");
    }

    @GET
    @Path("/none")
    public Price none() {
        throw new NotFoundException();
    }
}
