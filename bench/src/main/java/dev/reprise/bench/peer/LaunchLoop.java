package dev.reprise.bench.peer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/** Clients that launch one job after another, each waiting for its end, until the time is over. */
public final class LaunchLoop {

    private LaunchLoop() {}

    /** Launches a job and waits until it has completed; throws if it has not. */
    @FunctionalInterface
    public interface Launch {
        void andAwaitEnd() throws Exception;
    }

    /** Runs the clients and tells how often and how fast; latencies are in microseconds. */
    public static Answer run(int clients, Duration time, ThreadFactory threads, Launch launch)
            throws InterruptedException {
        long begin = System.nanoTime();
        List<Client> all = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Client client = new Client(launch, begin + time.toNanos());
            all.add(client);
            running.add(threads.newThread(client));
        }
        running.forEach(Thread::start);
        for (Thread thread : running) {
            thread.join();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;

        Latencies latencies = new Latencies();
        Map<String, Integer> failures = new HashMap<>();
        for (Client client : all) {
            latencies.addAll(client.latencies);
            client.failures.forEach((text, count) -> failures.merge(text, count, Integer::sum));
        }
        int failed = failures.values().stream().mapToInt(Integer::intValue).sum();
        return latencies
                .describe()
                .put("launches", latencies.count())
                .put("failed", failed)
                .put("failures", failures.isEmpty() ? "" : failures.toString())
                .put("seconds", seconds)
                .put("rate", latencies.count() / seconds);
    }

    private static final class Client implements Runnable {

        private final Launch launch;
        private final long end;
        private final Latencies latencies = new Latencies();
        private final Map<String, Integer> failures = new HashMap<>();

        Client(Launch launch, long end) {
            this.launch = launch;
            this.end = end;
        }

        @Override
        public void run() {
            for (long begin = System.nanoTime(); begin < end; begin = System.nanoTime()) {
                try {
                    launch.andAwaitEnd();
                    latencies.add(System.nanoTime() - begin);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } catch (Exception e) {
                    failures.merge(cause(e), 1, Integer::sum);
                }
            }
        }

        /** What the innermost cause says, without numbers, so that the same failures count as the same. */
        private static String cause(Throwable thrown) {
            Throwable cause = thrown;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String text =
                    cause.toString().replaceAll("\\d+", "#").lines().findFirst().orElse("");
            return text.substring(0, Math.min(200, text.length()));
        }
    }
}
