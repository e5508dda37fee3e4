package dev.reprise.operate;

import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.MergedLog.NodePart;
import dev.reprise.log.OneLine;
import java.io.IOException;
import java.util.Optional;

/** The part of an execution's log that lies on this node. */
final class LogHere {

    private LogHere() {}

    /** What this node has of it. */
    static NodePart part(Optional<ExecutionLogs> logs, long executionId, int lines, String name) {
        try {
            return new NodePart(
                    name,
                    logs.isEmpty()
                            ? null
                            : logs.get()
                                    .last(executionId, lines)
                                    .map(ExecutionLogs.Part::text)
                                    .orElse(null),
                    null);
        } catch (IOException e) {
            return new NodePart(name, null, OneLine.of(String.valueOf(e)));
        }
    }
}
