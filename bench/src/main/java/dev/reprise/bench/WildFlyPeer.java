package dev.reprise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A WildFly with the bench's WAR: with the engine's own JDBC repository, or with Reprise in the WAR. */
final class WildFlyPeer extends Peer {

    private final int offset;

    private WildFlyPeer(PeerKind kind, Path log, Process process, int offset) {
        super(kind, log, process, 8080 + offset);
        this.offset = offset;
    }

    int managementPort() {
        return 9990 + offset;
    }

    /** @param war for this peer, from {@link BenchWar} */
    static WildFlyPeer start(PeerKind kind, Path folder, WildFlyHome wildfly, Path war, Setup setup) {
        return start(kind, kind.id(), folder, wildfly, war, setup, List.of());
    }

    /**
     * Starts one of several nodes.
     *
     * @param name of its node, folder and log
     * @param more options of its JVM
     */
    static WildFlyPeer start(
            PeerKind kind, String name, Path folder, WildFlyHome wildfly, Path war, Setup setup, List<String> more) {
        Path base = Folders.empty(folder.resolve(name));
        Folders.copy(wildfly.configurations(), base.resolve("configuration"));
        try {
            Files.createDirectories(base.resolve("deployments"));
            Files.copy(war, base.resolve("deployments/bench.war"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int offset = FreePorts.offsetOfWildFly();
        Path home = wildfly.home();
        List<String> command = new ArrayList<>();
        command.add(Java.command());
        command.addAll(JVM);
        command.addAll(more);
        command.addAll(List.of(
                "--add-modules=java.se",
                "--add-exports=java.naming/com.sun.jndi.url.ldap=ALL-UNNAMED",
                "--add-exports=java.naming/com.sun.jndi.url.ldaps=ALL-UNNAMED",
                "--add-exports=jdk.naming.dns/com.sun.jndi.dns=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--add-opens=java.base/java.net=ALL-UNNAMED",
                "--add-opens=java.base/java.security=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                "--add-opens=java.management/javax.management=ALL-UNNAMED",
                "--add-opens=java.naming/javax.naming=ALL-UNNAMED",
                "-Djava.net.preferIPv4Stack=true",
                "-Dorg.jboss.boot.log.file=" + base.resolve("log/server.log"),
                "-Dlogging.configuration=file:" + base.resolve("configuration/logging.properties"),
                "-Djboss.home.dir=" + home,
                "-Djboss.server.base.dir=" + base,
                "-Djboss.socket.binding.port-offset=" + offset,
                "-Djboss.tx.node.id=bench-" + name,
                "-Dbench.parent=" + ProcessHandle.current().pid(),
                "-Dbench.rewrite=" + setup.rewrite(),
                "-Dreprise.node=bench-" + name,
                "-Dreprise.threads=20",
                "-Dreprise.data="
                        + (setup.database().isH2() ? setup.database().folder() : folder.resolve(name + "-data")),
                "-jar",
                home.resolve("jboss-modules.jar").toString(),
                "-mp",
                home.resolve("modules").toString(),
                "org.jboss.as.standalone",
                "--server-config=" + WildFlyHome.configuration(kind, setup.database())));
        Map<String, String> environment = Map.of(
                "REPRISE_DB_URL", setup.database().url(),
                "REPRISE_DB_USER", setup.database().user(),
                "REPRISE_DB_PASSWORD", setup.database().password());
        Path log = folder.resolve(name + ".log");
        return new WildFlyPeer(kind, log, Children.start(command, environment, base, log), offset);
    }
}
