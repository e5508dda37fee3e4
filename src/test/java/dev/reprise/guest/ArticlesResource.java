package dev.reprise.guest;

import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.validation.Valid;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;

/** The articles as JSON. */
@Dependent
@Path("articles")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ArticlesResource {

    @Inject
    private Repository repository;

    @GET
    public List<Article> all() {
        return repository.all();
    }

    @GET
    @Path("{number}")
    public Article one(@PathParam("number") String number) {
        return repository.find(number).orElseThrow(() -> new MissingArticleException(number));
    }

    @POST
    public Response add(@Valid Article article) {
        repository.add(article);
        return Response.created(URI.create("articles/" + article.getNumber()))
                .entity(article)
                .build();
    }

    @GET
    @Path("broken")
    public Article broken() {
        throw new IllegalStateException("broken on purpose");
    }
}
