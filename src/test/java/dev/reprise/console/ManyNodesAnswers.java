package dev.reprise.console;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the API says of an execution whose partitions run on three nodes, one of which is away: partitions wait, run, have ended,
 * and one went on where its node died. It takes several servers to have that really, so the answers are made up.
 */
final class ManyNodesAnswers {

    static final long EXECUTION = 777_777;

    static final String LOG = """
            (the part of node node-3 is missing: it is not alive, or cannot be asked; look into the folder of logs of its server)
            node-1 | 2026-11-30 10:00:00,001 INFO  [dev.reprise.jobs] (batch - 1) import run=1 started
            node-2 | 2026-11-30 10:00:00,120 INFO  [dev.reprise.jobs] (batch - 4) import run=1: load:partition1 started on this node
            node-1 | 2026-11-30 10:00:01,250 ERROR [shop.Reader] (batch - 2) cannot read
            """;

    private final Instant now = Instant.now();

    private ManyNodesAnswers() {}

    /** The page gets them from now on. */
    static void given(Page page) {
        ManyNodesAnswers answers = new ManyNodesAnswers();
        page.route("**/api/executions/" + EXECUTION, route -> json(route, answers.execution()));
        page.route(
                "**/api/executions/" + EXECUTION + "/log*",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/plain;charset=UTF-8")
                        .setBody(LOG)));
    }

    private static void json(Route route, String body) {
        route.fulfill(
                new Route.FulfillOptions().setContentType("application/json").setBody(body));
    }

    /** How long ago, in seconds. */
    private String ago(long seconds) {
        return "\"" + now.minusSeconds(seconds) + "\"";
    }

    private String execution() {
        return """
                {"id": %d, "job": "import", "instanceId": 7, "status": "STARTED", "created": %s, "started": %s,
                 "node": "node-1", "submitter": "ann", "parameters": {"run": "1"}, "live": true, "attempt": 1,
                 "progress": {"items": 5400, "done": 4, "total": 9, "unit": "partitions of step load", "step": "load"},
                 "allParameters": [{"name": "run", "value": "1", "identifying": true, "secret": false}],
                 "graph": [{"id": "load", "kind": "STEP", "chunk": true, "partitioned": true, "transitions": []}],
                 "passages": {"load": "RUNNING"}, "transitions": [],
                 "actions": {"stop": true, "restart": false, "abandon": false},
                 "logHere": true, "logNodes": ["node-1", "node-2", "node-3"],
                 "steps": [%s]}""".formatted(
                        EXECUTION, ago(120), ago(119), step(1, "load", "STARTED", 118, null, 5400, "", partitions()));
    }

    private List<String> partitions() {
        List<String> partitions = new ArrayList<>();
        partitions.add(ended(0, "node-1", 100, 80));
        partitions.add(ended(1, "node-2", 100, 79));
        partitions.add(ended(2, "node-1", 78, 60));
        partitions.add(ended(3, "node-2", 76, 55));
        partitions.add(placed(4, "STARTED", 118L, null, 900, """
                "node": "node-2", "earlierNodes": ["node-3"], "nodesDied": 1, "committed": %s""".formatted(ago(2))));
        partitions.add(placed(5, "STARTED", 15L, null, 300, """
                "node": "node-1", "nodesDied": 0, "committed": %s""".formatted(ago(1))));
        partitions.add(placed(6, "STARTING", 90L, null, 200, """
                "waits": "READY", "node": "node-3", "nodesDied": 1, "committed": %s""".formatted(ago(40))));
        partitions.add(placed(7, "STARTING", null, null, 0, "\"waits\": \"READY\", \"nodesDied\": 0"));
        partitions.add(placed(8, "STARTING", null, null, 0, "\"waits\": \"PLANNED\", \"nodesDied\": 0"));
        return partitions;
    }

    private String ended(int number, String node, long started, long ended) {
        return placed(
                number,
                "COMPLETED",
                started,
                ended,
                1000,
                "\"node\": \"" + node + "\", \"nodesDied\": 0, \"committed\": " + ago(ended));
    }

    private String placed(
            int number, String status, @Nullable Long started, @Nullable Long ended, int items, String placement) {
        return step(10 + number, "load:partition" + number, status, started, ended, items, ", " + placement, List.of());
    }

    private String step(
            long id,
            String name,
            String status,
            @Nullable Number started,
            @Nullable Long ended,
            int items,
            String placement,
            List<String> partitions) {
        return String.format(
                Locale.ROOT,
                """
                {"id": %d, "name": "%s", "status": "%s"%s%s,
                 "counts": {"read": %d, "written": %d, "filtered": 0, "commits": %d, "rollbacks": 0, "readSkips": 0,
                            "processSkips": 0, "writeSkips": 0}%s, "partitions": [%s]}""",
                id,
                name,
                status,
                started == null ? "" : ", \"started\": " + ago(started.longValue()),
                ended == null ? "" : ", \"ended\": " + ago(ended) + ", \"exitStatus\": \"COMPLETED\"",
                items,
                items,
                items / 100,
                placement,
                String.join(", ", partitions));
    }
}
