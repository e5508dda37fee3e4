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
        return start(
                kind,
                kind.id(),
                folder,
                setup,
                List.of(),
                kind == PeerKind.SPRING
                        ? "dev.reprise.bench.spring.SpringBatchPeer"
                        : "dev.reprise.bench.raw.JdbcPeer");
    }

    /**
     * Starts one of several programs of a peer.
     *
     * @param name of its log
     * @param more options of its JVM
     */
    static JavaPeer start(PeerKind kind, String name, Path folder, Setup setup, List<String> more, String program) {
        int port = FreePorts.one();
        List<String> command = new ArrayList<>();
        command.add(Java.command());
        command.addAll(JVM);
        command.addAll(more);
        command.addAll(List.of(
                "-Dbench.parent=" + ProcessHandle.current().pid(),
                "-Dbench.port=" + port,
                "-Dbench.create=" + setup.create(),
                "-Dbench.url=" + setup.urlOfDriver(),
                "-Dbench.user=" + setup.database().user(),
                "-Dbench.password=" + setup.database().password(),
                "-cp",
                System.getProperty("java.class.path"),
                program));
        Path log = folder.resolve(name + ".log");
        Process process = Children.start(command, Map.of(), Path.of("").toAbsolutePath(), log);
        return new JavaPeer(kind, log, process, port);
    }
}
