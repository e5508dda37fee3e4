package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import org.jboss.msc.Service;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceContainer;
import org.jboss.msc.service.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In the services of a server that has two data sources; on a real one in {@link DoorIT}. */
class DataSourcesTest {

    private final ServiceContainer services = ServiceContainer.Factory.create();
    private final DataSources dataSources = new DataSources(services);

    DataSourcesTest() {
        add("reprise", "jboss", "datasources", "reprise");
        add("Orders", "orders");
        install(ServiceName.parse("org.wildfly.data-source.reprise.statistics"));
    }

    private void add(String pool, String... jndi) {
        ServiceName binder =
                ServiceName.JBOSS.append("naming", "context", "java").append(jndi);
        install(
                ServiceName.parse("org.wildfly.data-source").append(pool),
                ServiceName.JBOSS.append("data-source", binder.getCanonicalName()));
    }

    @SuppressWarnings("deprecation") // an alias is what WildFly gives it
    private void install(ServiceName name, ServiceName... aliases) {
        ServiceBuilder<?> builder = services.addService(name).addAliases(aliases);
        builder.setInstance(Service.NULL);
        builder.install();
    }

    @AfterEach
    void stop() {
        services.shutdown();
    }

    @Test
    void takesTheNameOfAPool() {
        assertThat(dataSources.refusal("reprise")).isEmpty();
        assertThat(dataSources.refusal("Orders")).isEmpty();
    }

    @Test
    void saysWhichNamesThereAre() {
        assertThat(dataSources.refusal("nosuch"))
                .hasValueSatisfying(
                        line -> assertThat(line)
                                .startsWith(
                                        "There is no data source 'nosuch' on this server, or it is not enabled; there are Orders,"
                                                + " reprise. Write the name of one into data-source in META-INF/reprise.properties, or"));
        assertThat(new DataSources(ServiceContainer.Factory.create()).refusal("reprise"))
                .hasValueSatisfying(line -> assertThat(line).contains("there is none"));
    }

    @Test
    void saysWhichPoolAJndiNameIsOf() {
        for (String name : new String[] {"java:jboss/datasources/reprise", "jboss/datasources/reprise"}) {
            assertThat(dataSources.refusal(name))
                    .hasValueSatisfying(line -> assertThat(line)
                            .startsWith("The data source is named '" + name
                                    + "', which is a JNDI name. Write reprise, the name of"
                                    + " its pool, into data-source in META-INF/reprise.properties"));
        }
        for (String name : new String[] {"java:/orders", "java:orders"}) {
            assertThat(dataSources.refusal(name))
                    .hasValueSatisfying(line -> assertThat(line).contains(". Write Orders, the name of its pool,"));
        }
        for (String name : new String[] {"java:/nosuch", "java:", "java:/", "/", "java:comp/env//x"}) {
            assertThat(dataSources.refusal(name))
                    .hasValueSatisfying(line -> assertThat(line)
                            .contains("'" + name
                                    + "', which is a JNDI name, and of none that is enabled here; there are Orders,"));
        }
    }
}
