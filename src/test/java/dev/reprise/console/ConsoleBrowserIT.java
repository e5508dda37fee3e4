package dev.reprise.console;

import dev.reprise.server.TestWar;
import java.net.URI;
import java.net.URL;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** The console of the built WAR on a real server. */
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "h2",
        disabledReason = "the console speaks to the API alone, and the H2 run shows it")
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ConsoleBrowserIT extends ConsoleScenarios {

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Override
    URI address() {
        return URI.create(url.toString());
    }
}
