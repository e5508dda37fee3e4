package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.LogThread;
import dev.reprise.testing.InProcessBatch;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with one who follows a log is that one's alone. */
class LogStreamsTest {

    private static final long EXECUTION = 7;

    private static final Logger JOB = Logger.getLogger("some.job");

    private static final IoThread HERE =
            new IoThread(Runnable::run, Runnable::run, CompletableFuture.completedFuture(null));

    @TempDir
    Path folder;

    private ExecutionLogs logs;
    private InProcessBatch batch;
    private LogStreams streams;

    @BeforeEach
    void begin() {
        logs = ExecutionLogs.open(folder, "app", 1 << 20, getClass().getClassLoader());
        batch = InProcessBatch.builder().build().open();
        streams = new LogStreams(() -> batch.repository().thisNode(), () -> Optional.of(logs));
        logs.begin(EXECUTION);
        LogThread.jobBegins(EXECUTION);
    }

    @AfterEach
    void end() {
        LogThread.jobEnds(EXECUTION);
        streams.end();
        batch.close();
        logs.close();
    }

    /** Throws from the first line on, whatever is done with it. */
    private static final class Broken implements SseEventSink {

        private boolean asked;

        @Override
        public boolean isClosed() {
            asked = true;
            throw new IllegalStateException("is gone");
        }

        @Override
        public CompletionStage<?> send(OutboundSseEvent event) {
            throw new StackOverflowError();
        }

        @Override
        public void close() {
            throw new IllegalStateException("is gone");
        }
    }

    private static final class Good implements SseEventSink {

        private final List<Object> lines = new ArrayList<>();
        private boolean closed;

        @Override
        public synchronized boolean isClosed() {
            return closed;
        }

        @Override
        public synchronized CompletionStage<?> send(OutboundSseEvent event) {
            lines.add(event.getData());
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public synchronized void close() {
            closed = true;
        }

        synchronized List<Object> lines() {
            return List.copyOf(lines);
        }
    }

    private static Sse sse() {
        return proxy(Sse.class, null);
    }

    /** Events with nothing but their data. */
    private static <T> T proxy(Class<T> type, @Nullable Object data) {
        AtomicReference<@Nullable Object> given = new AtomicReference<>(data);
        return type.cast(Proxy.newProxyInstance(
                LogStreamsTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    return switch (method.getName()) {
                        case "newEventBuilder" -> proxy(OutboundSseEvent.Builder.class, null);
                        case "data" -> {
                            given.set(arguments[1]);
                            yield self;
                        }
                        case "build" -> proxy(OutboundSseEvent.class, given.get());
                        case "getData" -> given.get();
                        default -> self;
                    };
                }));
    }

    @Test
    void oneThatThrowsLeavesTheOthersTheirLines() {
        List<Broken> broken = new ArrayList<>();
        Good good = new Good();
        LogStreams streams = this.streams;
        synchronized (streams) { // so that no look comes but this test's
            for (int i = 0; i < 8; i++) {
                broken.add(new Broken());
                streams.follow(broken.get(i), sse(), HERE, EXECUTION, 0, null);
            }
            streams.follow(good, sse(), HERE, EXECUTION, 0, null);
            JOB.warning("first");

            assertThatCode(streams::look).doesNotThrowAnyException();
            JOB.warning("second");
            assertThatCode(streams::look).doesNotThrowAnyException();
        }

        assertThat(broken).allMatch(sink -> sink.asked);
        assertThat(good.lines()).hasSize(2);
        assertThat(good.lines().get(1)).asString().contains("second");
    }

    @Test
    void aRepositoryThatIsGoneEndsAllOfThem() {
        Good good = new Good();
        LogStreams ofNobody = new LogStreams();
        synchronized (ofNobody) {
            ofNobody.follow(good, sse(), HERE, EXECUTION, 0, null);
            assertThatCode(ofNobody::look).doesNotThrowAnyException();
        }

        assertThat(good.isClosed()).isTrue();
    }
}
