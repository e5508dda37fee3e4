package dev.reprise.server;

import dev.reprise.host.Counter;
import dev.reprise.host.Policy;
import dev.reprise.host.Price;
import dev.reprise.host.Prices;
import dev.reprise.host.ShopJson;
import dev.reprise.host.SoldOut;
import dev.reprise.host.SoldOutException;
import dev.reprise.jobs.Tables;
import jakarta.ws.rs.core.Application;
import java.io.File;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** An application that is not ours, without Reprise and with it. */
public final class GuestWar {

    private static final String DESCRIPTOR =
            "<jboss xmlns=\"urn:jboss:1.0\"><batch xmlns=\"urn:jboss:domain:batch-jberet:3.0\">"
                    + "<job-repository><named name=\"%s\"/></job-repository></batch></jboss>";

    private GuestWar() {}

    /**
     * The application alone.
     *
     * @param rest how it has its REST resources
     */
    public static WebArchive alone(String name, Class<? extends Application> rest) {
        return ShrinkWrap.create(WebArchive.class, name + ".war")
                .addClasses(rest, Counter.class, Policy.class, Price.class, Prices.class)
                .addClasses(ShopJson.class, SoldOut.class, SoldOutException.class)
                .setWebXML("host/web.xml")
                .addAsWebInfResource("host/jboss-web.xml")
                .addAsWebInfResource(
                        new StringAsset("<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\""
                                + " bean-discovery-mode=\"annotated\"/>"),
                        "beans.xml")
                .addAsWebResource(page("A shop"), "index.html")
                .addAsWebResource(page("That is not to be had"), "missing.html")
                .addAsWebResource(page("Sorry"), "sorry.html")
                .addAsWebResource(login("Welcome"), "welcome.html")
                .addAsWebResource(login("The password is not right"), "again.html");
    }

    /** With library and console in {@code WEB-INF/lib}, and jobs of the tests. */
    public static WebArchive withConsole(String name, Class<? extends Application> rest, String... jobs) {
        WebArchive war = alone(name, rest)
                .addAsLibraries(Artifacts.library(), Artifacts.console())
                .addAsManifestResource(new StringAsset(DESCRIPTOR.formatted(name)), "jboss-all.xml")
                .addPackage(Tables.class.getPackage());
        for (String job : jobs) {
            String file = job + ".xml";
            war.addAsResource(new File("src/test/resources/jobs", file), "META-INF/batch-jobs/" + file);
        }
        return war;
    }

    private static StringAsset page(String heading) {
        return new StringAsset("<!DOCTYPE html><title>Shop</title><h1>" + heading + "</h1>");
    }

    private static StringAsset login(String heading) {
        return new StringAsset("<!DOCTYPE html><title>Shop</title><h1>" + heading + "</h1>"
                + "<form method=\"post\" action=\"j_security_check\"><input name=\"j_username\"><input name=\"j_password\""
                + " type=\"password\"><button class=\"primary\">Enter</button></form>");
    }
}
