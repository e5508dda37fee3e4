package dev.reprise.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.as.controller.client.helpers.standalone.ServerDeploymentHelper;
import org.jboss.as.controller.client.helpers.standalone.ServerDeploymentHelper.ServerDeploymentException;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;

/** An administrator's connection to one server. */
public final class Management implements AutoCloseable {

    private final ModelControllerClient client;

    Management(int port) {
        client = ModelControllerClient.Factory.create("remote+http", InetAddress.getLoopbackAddress(), port);
    }

    /** Of the server that Arquillian starts. */
    public static Management ofArquillian() {
        return new Management(Integer.getInteger("reprise.it.management"));
    }

    /**
     * Suspends the server; returns as soon as it is asked to.
     *
     * @param timeout how long the server waits for what runs, in whole seconds
     */
    public void suspend(Duration timeout) {
        ModelNode operation = operation("suspend");
        operation.get("suspend-timeout").set((int) timeout.toSeconds());
        execute(operation);
    }

    /** Takes a suspended server back into service. */
    public void resume() {
        execute(operation("resume"));
    }

    /** {@code RUNNING}, {@code SUSPENDING}, {@code SUSPENDED} and so on. */
    public String suspendState() {
        ModelNode operation = operation("read-attribute");
        operation.get("name").set("suspend-state");
        return execute(operation).asString();
    }

    /** Stops all that the server runs and starts it again in the same process; returns as soon as it is asked to. */
    public void reload() {
        execute(operation("reload"));
    }

    /** Takes the WAR out of service and leaves the server running. */
    public void undeploy() {
        execute(ofDeployment("undeploy"));
    }

    /** Puts the WAR into service again. */
    public void deploy() {
        execute(ofDeployment("deploy"));
    }

    /**
     * Ends the server in order; returns as soon as it is asked to.
     *
     * @param timeout how long the server waits for what runs, in whole seconds
     */
    public void shutdown(Duration timeout) {
        ModelNode operation = operation("shutdown");
        operation.get("suspend-timeout").set((int) timeout.toSeconds());
        execute(operation);
    }

    /** How many threads of the batch pool do something. */
    public int busyBatchThreads() {
        ModelNode operation = operation("read-attribute");
        operation.get("address").add("subsystem", "batch-jberet");
        operation.get("address").add("thread-pool", "batch");
        operation.get("name").set("active-count");
        return execute(operation).asInt();
    }

    /** Deploys an application under the name of its archive. */
    public void deploy(Archive<?> application) {
        try (InputStream content = application.as(ZipExporter.class).exportAsInputStream()) {
            new ServerDeploymentHelper(client).deploy(application.getName(), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ServerDeploymentException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes such an application out of service, and removes it. */
    public void remove(Archive<?> application) {
        try {
            new ServerDeploymentHelper(client).undeploy(application.getName());
        } catch (ServerDeploymentException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ModelNode ofDeployment(String name) {
        ModelNode operation = operation(name);
        operation.get("address").add("deployment", ServerProcess.DEPLOYMENT);
        return operation;
    }

    private static ModelNode operation(String name) {
        ModelNode operation = new ModelNode();
        operation.get("operation").set(name);
        operation.get("address").setEmptyList();
        return operation;
    }

    static ModelNode operation(String name, String subsystem, String type, String resource) {
        ModelNode operation = operation(name);
        operation.get("address").add("subsystem", subsystem);
        operation.get("address").add(type, resource);
        return operation;
    }

    ModelNode execute(ModelNode operation) {
        try {
            ModelNode answer = client.execute(operation);
            if (!answer.get("outcome").asString().equals("success")) {
                throw new IllegalStateException(operation + " => " + answer);
            }
            return answer.get("result");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
