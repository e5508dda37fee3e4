package dev.reprise.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.log.MergedLog.NodePart;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergedLogTest {

    private static NodePart part(String node, String... lines) {
        return new NodePart(node, String.join("\n", lines) + "\n", null);
    }

    @Test
    void hasTheLinesOfAllNodesByTime() {
        String merged = MergedLog.of(
                List.of(
                        part(
                                "node-1",
                                "2026-11-30 10:00:00,001 INFO  [a] started",
                                "2026-11-30 10:00:02,000 ERROR [a] failed: java.lang.IllegalStateException",
                                "\tat shop.Reader.readItem(Reader.java:7)",
                                "2026-11-30 10:00:05,000 INFO  [a] ended"),
                        part("n2", "2026-11-30 10:00:01,500 INFO  [a] begins", "2026-11-30 10:00:02,001 INFO  [a] on")),
                100);

        assertThat(merged).isEqualTo("""
                node-1 | 2026-11-30 10:00:00,001 INFO  [a] started
                n2     | 2026-11-30 10:00:01,500 INFO  [a] begins
                node-1 | 2026-11-30 10:00:02,000 ERROR [a] failed: java.lang.IllegalStateException
                node-1 | \tat shop.Reader.readItem(Reader.java:7)
                n2     | 2026-11-30 10:00:02,001 INFO  [a] on
                node-1 | 2026-11-30 10:00:05,000 INFO  [a] ended
                """);
    }

    @Test
    void hasTheLastLinesAndAlwaysWhoIsMissing() {
        String merged = MergedLog.of(
                List.of(
                        part("a", "10:00:00,001 one", "10:00:02,000 three"),
                        new NodePart("b", null, "it is not alive"),
                        new NodePart("c", null, null),
                        part("d", "10:00:01,000 two")),
                2);

        assertThat(merged).isEqualTo("""
                (the part of node b is missing: it is not alive)
                d | 10:00:01,000 two
                a | 10:00:02,000 three
                """);
    }

    /** The order in which one node has logged is right, and what has no time comes where it was. */
    @Test
    void keepsTheOrderOfEachNode() {
        String merged = MergedLog.of(
                List.of(
                        part(
                                "a",
                                "(earlier lines were dropped)",
                                "2026-11-30T10:00:05 late",
                                "2026-11-30T10:00:01 back"),
                        part(
                                "b",
                                "{\"timestamp\":\"2026-11-30T10:00:03.250Z\"}",
                                "no time",
                                "2026-11-30T10:00:06.5 end")),
                100);

        assertThat(merged).isEqualTo("""
                a | (earlier lines were dropped)
                b | {"timestamp":"2026-11-30T10:00:03.250Z"}
                b | no time
                a | 2026-11-30T10:00:05 late
                a | 2026-11-30T10:00:01 back
                b | 2026-11-30T10:00:06.5 end
                """);
    }
}
