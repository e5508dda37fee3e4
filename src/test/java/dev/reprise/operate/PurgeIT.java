package dev.reprise.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.server.TestWar;
import java.io.IOException;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.as.arquillian.container.ManagementClient;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** contract.md §7: history is purged from the admin CLI, with the job that the WAR brings along. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class PurgeIT {

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Test
    void whatTheAdminCliPurgesStaysRefused(@ArquillianResource ManagementClient server) throws Exception {
        long first = completed(server, "outcome", Map.of("run", "purge-1"));
        long second = completed(server, "outcome", Map.of("run", "purge-2"));

        long purge = completed(server, "reprise-purge", Map.of("job", "outcome", "olderThan", "0s"));

        assertThat(attribute(server, "reprise-purge", purge, "exit-status")).startsWith("removed ");
        assertThatThrownBy(() -> started(server, "outcome", Map.of("run", "purge-1")))
                .hasMessageContaining("is already complete (execution " + first)
                .hasMessageContaining("purged since");
        assertThatThrownBy(() -> started(server, "outcome", Map.of("run", "purge-2")))
                .hasMessageContaining("is already complete (execution " + second)
                .hasMessageNotContaining("purged since");
        assertThat(completed(server, "reprise-purge", Map.of("job", "outcome", "olderThan", "0s")))
                .isGreaterThan(purge);
    }

    private static long completed(ManagementClient server, String job, Map<String, String> parameters)
            throws IOException {
        long execution = started(server, job, parameters);
        await().until(() -> attribute(server, job, execution, "batch-status"), "COMPLETED"::equals);
        return execution;
    }

    private static long started(ManagementClient server, String job, Map<String, String> parameters)
            throws IOException {
        ModelNode start = ofDeployment(server, "start-job");
        start.get("job-xml-name").set(job);
        parameters.forEach((name, value) -> start.get("properties").get(name).set(value));
        return answer(server, start).asLong();
    }

    private static String attribute(ManagementClient server, String job, long execution, String attribute)
            throws IOException {
        ModelNode read = ofDeployment(server, "read-attribute");
        read.get("address").add("job", job);
        read.get("address").add("execution", String.valueOf(execution));
        read.get("name").set(attribute);
        ModelNode answer = server.getControllerClient().execute(read);
        // The admin CLI looks for new executions every three seconds.
        return answer.get("result").asString("");
    }

    private static ModelNode ofDeployment(ManagementClient server, String name) throws IOException {
        ModelNode all = new ModelNode();
        all.get("operation").set("read-children-names");
        all.get("child-type").set("deployment");
        all.get("address").setEmptyList();
        ModelNode operation = new ModelNode();
        operation.get("operation").set(name);
        operation.get("address").add("deployment", answer(server, all).get(0).asString());
        operation.get("address").add("subsystem", "batch-jberet");
        return operation;
    }

    private static ModelNode answer(ManagementClient server, ModelNode operation) throws IOException {
        ModelNode answer = server.getControllerClient().execute(operation);
        if (!answer.get("outcome").asString().equals("success")) {
            throw new IllegalStateException(answer.toString());
        }
        return answer.get("result");
    }
}
