package dev.reprise.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.dmr.ModelNode;

/** What the admin CLI does for {@code /deployment=bench.war/…/job=job-0:read-resource(recursive, include-runtime)}. */
final class AdminRead {

    /** Nobody waits longer at a prompt. */
    private static final long PATIENCE_SECONDS = 60;

    private static final int TIMES = 3;

    private AdminRead() {}

    /** @param millis the middle one of three reads */
    record Outcome(boolean succeeded, double millis, int executions, String text) {

        static Outcome failed(String why) {
            return new Outcome(false, 0, 0, why);
        }
    }

    static Outcome of(WildFlyPeer peer) {
        double[] millis = new double[TIMES];
        int executions = 0;
        try (ModelControllerClient client = ModelControllerClient.Factory.create(
                "remote+http", InetAddress.getLoopbackAddress(), peer.managementPort())) {
            for (int i = 0; i < TIMES; i++) {
                long begin = System.nanoTime();
                ModelNode answer = client.executeAsync(operation()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                millis[i] = (System.nanoTime() - begin) / 1e6;
                if (!"success".equals(answer.get("outcome").asString())) {
                    return Outcome.failed(
                            "failed: " + answer.get("failure-description").asString());
                }
                executions = answer.get("result", "execution").isDefined()
                        ? answer.get("result", "execution").keys().size()
                        : 0;
            }
        } catch (CancellationException e) {
            return Outcome.failed("the server gave up");
        } catch (TimeoutException e) {
            return Outcome.failed("no answer within " + PATIENCE_SECONDS + " s");
        } catch (ExecutionException | IOException e) {
            return Outcome.failed(peer.isAlive() ? "failed: " + e.getCause() : "out of memory");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        double median = Results.Spread.of(millis).median();
        return new Outcome(true, median, executions, "%.0f ms for %d executions".formatted(median, executions));
    }

    private static ModelNode operation() {
        ModelNode operation = new ModelNode();
        operation.get("operation").set("read-resource");
        operation.get("address").add("deployment", "bench.war");
        operation.get("address").add("subsystem", "batch-jberet");
        operation.get("address").add("job", "job-0");
        operation.get("recursive").set(true);
        operation.get("include-runtime").set(true);
        return operation;
    }
}
