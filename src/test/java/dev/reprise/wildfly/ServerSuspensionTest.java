package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A server other than the one that it was written for. */
class ServerSuspensionTest {

    @Test
    void aServerWithoutTheRegistryNeverSuspends() {
        ServerSuspension suspension = ServerSuspension.register(this, new Deaf());

        assertThat(suspension.isSuspended()).isFalse();
        suspension.close();
        assertThat(suspension.isSuspended()).isFalse();
    }

    private static final class Deaf implements ServerSuspension.Listener {
        @Override
        public CompletionStage<Void> suspending() {
            return CompletableFuture.failedStage(new IllegalStateException("nobody registered this"));
        }

        @Override
        public void resumed() {
            throw new IllegalStateException("nobody registered this");
        }
    }
}
