package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.launch.JobLauncher;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.JobExecution;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that goes is not there (decision 038), whichever part of it has gone by then. */
class AbsenceTest {

    /** Up, as that of the next deployment may be. */
    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder().build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WFLYBATCH000004: The service JobOperatorService has been stopped and cannot execute operations.",
                "WELD-000229: Contextual reference of Managed Bean is not valid after container shutdown"
            })
    void isWhatTheServersPartsSayOfThemselves(String said) {
        assertThat(Absence.isWhy(new IllegalStateException(said))).isTrue();
        assertThat(Absence.isWhy(new BatchRuntimeException(new IllegalStateException(said))))
                .isTrue();
        assertThat(Absence.isWhy(new IllegalStateException("not " + said))).isFalse();
    }

    @Test
    void isNotAnExecutionThatHasEndedWell() {
        List<String> calls = new ArrayList<>();
        JobLauncher going = new JobLauncher() {
            @Override
            public JobExecution execution(long executionId) {
                throw new NoClassDefFoundError("dev/reprise/gone");
            }
        };
        LaunchServlet servlet = new LaunchServlet(
                going,
                () -> BATCH.repository().recorded(),
                () -> BATCH.repository().thisNode(),
                new Waits(going));

        servlet.ended(waiting(calls), 7);

        assertThat(calls).contains("setStatus 503", "setHeader Retry-After 30").endsWith("complete");
        assertThat(calls).anyMatch(call -> call.startsWith("execution 7 was started"));
    }

    private static AsyncContext waiting(List<String> calls) {
        HttpServletResponse response = proxy(HttpServletResponse.class, calls, new Said(calls));
        return proxy(AsyncContext.class, calls, response);
    }

    private static final class Said extends ServletOutputStream {

        private final List<String> calls;

        Said(List<String> calls) {
            this.calls = calls;
        }

        @Override
        public void write(byte[] text) {
            calls.add(new String(text, StandardCharsets.UTF_8));
        }

        @Override
        public void write(int one) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    /** Notes what is called; whatever is asked for, this is given. */
    private static <T> T proxy(Class<T> type, List<String> calls, Object given) {
        return type.cast(Proxy.newProxyInstance(
                AbsenceTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    StringBuilder call = new StringBuilder(method.getName());
                    Arrays.stream(arguments == null ? new Object[0] : arguments)
                            .forEach(argument -> call.append(' ').append(argument));
                    calls.add(call.toString());
                    return method.getReturnType().isInstance(given) ? given : null;
                }));
    }
}
