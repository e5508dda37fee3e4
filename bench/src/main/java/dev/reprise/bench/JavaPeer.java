package dev.reprise.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A peer that is a Java program: Spring Batch, plain JDBC. */
final class JavaPeer extends Peer {

    private JavaPeer(PeerKind kind, Path log, Process process, int port) {
        super(kind, log, process, port);
    }

    static JavaPeer start(PeerKind kind, Path folder, Setup setup) {
        int port = FreePorts.one();
        List<String> command = new ArrayList<>();
        command.add(Java.command());
        command.addAll(JVM);
        command.addAll(List.of(
                "-Dbench.parent=" + ProcessHandle.current().pid(),
                "-Dbench.port=" + port,
                "-Dbench.create=" + setup.create(),
                "-Dbench.url=" + setup.urlOfDriver(),
                "-Dbench.user=" + setup.database().user(),
                "-Dbench.password=" + setup.database().password(),
                "-cp",
                System.getProperty("java.class.path"),
                kind == PeerKind.SPRING
                        ? "dev.reprise.bench.spring.SpringBatchPeer"
                        : "dev.reprise.bench.raw.JdbcPeer"));
        Path log = folder.resolve(kind.id() + ".log");
        Process process = Children.start(command, Map.of(), Path.of("").toAbsolutePath(), log);
        return new JavaPeer(kind, log, process, port);
    }
}
