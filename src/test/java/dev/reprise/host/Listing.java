package dev.reprise.host;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** Has what it names. */
@ApplicationPath("/rest")
public final class Listing extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(Prices.class, ShopJson.class, SoldOut.class);
    }
}
