package dev.reprise.host;

import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;
import java.util.Locale;

/** The application's JSON: dates as its customers write them. */
@Provider
public final class ShopJson implements ContextResolver<Jsonb> {

    private final Jsonb jsonb = JsonbBuilder.create(
            new JsonbConfig().withDateFormat("dd.MM.yyyy", Locale.ROOT).withFormatting(true));

    @Override
    public Jsonb getContext(Class<?> type) {
        return jsonb;
    }
}
