package dev.reprise.server;

import java.io.IOException;
import org.jboss.as.arquillian.api.ReloadIfRequired;
import org.jboss.as.arquillian.api.ServerSetupTask;
import org.jboss.as.arquillian.container.ManagementClient;
import org.jboss.as.controller.client.helpers.Operations;
import org.jboss.dmr.ModelNode;

/** Gives the server a second data source on the database of the first, in WildFly's subsystem datasources-agroal. */
@ReloadIfRequired
public final class AgroalDataSource implements ServerSetupTask {

    public static final String NAME = "reprise-agroal";

    private static final ModelNode EXTENSION =
            Operations.createAddress("extension", "org.wildfly.extension.datasources-agroal");
    private static final ModelNode SUBSYSTEM = Operations.createAddress("subsystem", "datasources-agroal");
    private static final ModelNode FIRST =
            Operations.createAddress("subsystem", "datasources", "data-source", "reprise");

    @Override
    public void setup(ManagementClient client, String container) throws Exception {
        String driver = attribute(client, FIRST, "driver-name").asString();
        ModelNode drivers = Operations.createAddress("subsystem", "datasources", "jdbc-driver", driver);
        execute(client, Operations.createAddOperation(EXTENSION));
        execute(client, Operations.createAddOperation(SUBSYSTEM));
        ModelNode addDriver = Operations.createAddOperation(SUBSYSTEM.clone().add("driver", driver));
        addDriver.get("module").set(attribute(client, drivers, "driver-module-name"));
        execute(client, addDriver);
        ModelNode add = Operations.createAddOperation(SUBSYSTEM.clone().add("datasource", NAME));
        add.get("jndi-name").set("java:jboss/datasources/" + NAME);
        add.get("jta").set(true);
        ModelNode factory = add.get("connection-factory");
        factory.get("driver").set(driver);
        factory.get("url").set(attribute(client, FIRST, "connection-url"));
        ModelNode user = attribute(client, FIRST, "user-name");
        if (user.isDefined()) {
            factory.get("username").set(user);
        }
        ModelNode password = attribute(client, FIRST, "password");
        if (password.isDefined()) {
            factory.get("password").set(password);
        }
        add.get("connection-pool").get("max-size").set(40);
        execute(client, add);
    }

    @Override
    public void tearDown(ManagementClient client, String container) throws Exception {
        execute(client, Operations.createRemoveOperation(SUBSYSTEM));
        execute(client, Operations.createRemoveOperation(EXTENSION));
    }

    private static ModelNode attribute(ManagementClient client, ModelNode address, String name) throws IOException {
        ModelNode read = Operations.createReadAttributeOperation(address, name);
        read.get("resolve-expressions").set(true);
        return execute(client, read);
    }

    private static ModelNode execute(ManagementClient client, ModelNode operation) throws IOException {
        ModelNode answer = client.getControllerClient().execute(operation);
        if (!Operations.isSuccessfulOutcome(answer)) {
            throw new IllegalStateException(operation + ": " + Operations.getFailureDescription(answer));
        }
        return Operations.readResult(answer);
    }
}
