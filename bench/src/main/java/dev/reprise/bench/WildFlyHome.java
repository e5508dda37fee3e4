package dev.reprise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The unpacked WildFly, configured for both peers by the project's own scripts, and then by the bench's for what has to
 * differ: which repository, and what a measurement switches.
 */
record WildFlyHome(Path home) {

    private static final String H2 = "standalone.xml";
    private static final String POSTGRESQL = "standalone-postgresql.xml";

    /** Configures it, unless that has happened already with the same scripts. */
    static WildFlyHome configured(Folders folders) {
        WildFlyHome wildfly = new WildFlyHome(folders.wildfly());
        try {
            wildfly.configure(folders);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return wildfly;
    }

    Path configurations() {
        return home.resolve("bench/configuration");
    }

    static String configuration(PeerKind kind, Database database) {
        return (kind == PeerKind.STOCK ? "stock-" : "") + (database.isH2() ? H2 : POSTGRESQL);
    }

    private void configure(Folders folders) throws IOException {
        Path scripts = folders.project().resolve("wildfly-config");
        Path own = folders.project().resolve("bench/src/main/server");
        List<Path> inputs = List.of(
                scripts.resolve("configure-h2.cli"),
                scripts.resolve("configure-postgresql.cli"),
                scripts.resolve("security.cli"),
                own.resolve("both.cli"),
                own.resolve("stock.cli"));
        StringBuilder stamp = new StringBuilder();
        for (Path input : inputs) {
            stamp.append(Files.readString(input));
        }
        Path configured = home.resolve("bench/configured");
        if (Files.exists(configured) && Files.readString(configured).contentEquals(stamp)) {
            return;
        }
        Folders.empty(home.resolve("bench"));
        Path factory = home.resolve("docs/bench-factory.xml");
        Path configuration = home.resolve("standalone/configuration");
        if (!Files.exists(factory)) {
            Files.copy(configuration.resolve(H2), factory);
        }
        for (String file : List.of(H2, POSTGRESQL)) {
            Files.copy(factory, configuration.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.copy(
                scripts.resolve("modules/org/postgresql/main/module.xml"),
                home.resolve("modules/org/postgresql/main/module.xml"),
                StandardCopyOption.REPLACE_EXISTING);
        cli(folders, scripts.resolve("configure-h2.cli"));
        cli(folders, scripts.resolve("configure-postgresql.cli"));
        for (String file : List.of(H2, POSTGRESQL)) {
            derive(folders, own.resolve("both.cli"), file);
            Files.copy(
                    configuration.resolve(file),
                    configuration.resolve("stock-" + file),
                    StandardCopyOption.REPLACE_EXISTING);
            derive(folders, own.resolve("stock.cli"), "stock-" + file);
        }
        Folders.empty(configuration.resolve("standalone_xml_history"));
        Folders.copy(configuration, configurations());
        Files.writeString(configured, stamp);
    }

    private void derive(Folders folders, Path script, String file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("embed-server --server-config=" + file + " --std-out=discard");
        for (String line : Files.readAllLines(script)) {
            if (!file.contains("postgresql") && line.contains("/connection-properties=")) {
                continue;
            }
            lines.add(line);
        }
        lines.add("stop-embedded-server");
        Path derived = home.resolve("bench/" + file + "-" + script.getFileName());
        Files.write(derived, lines);
        cli(folders, derived);
    }

    private void cli(Folders folders, Path script) throws IOException {
        Terminal.note("Configuring WildFly: " + script.getFileName());
        Path log = home.resolve("bench/cli.log");
        Process cli = Children.start(
                List.of(
                        Java.command(),
                        "--add-modules=java.se",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-opens=java.base/java.io=ALL-UNNAMED",
                        "--add-opens=java.base/java.net=ALL-UNNAMED",
                        "--add-opens=java.base/java.security=ALL-UNNAMED",
                        "-Djboss.home.dir=" + home,
                        "-Djboss.modules.system.pkgs=com.sun.java.swing",
                        "-Dlogging.configuration=file:" + home.resolve("bin/jboss-cli-logging.properties"),
                        "-jar",
                        home.resolve("jboss-modules.jar").toString(),
                        "-mp",
                        home.resolve("modules").toString(),
                        "org.jboss.as.cli",
                        "--file=" + script),
                Map.of("JBOSS_HOME", home.toString()),
                folders.project(),
                log);
        try {
            if (!cli.waitFor(2, TimeUnit.MINUTES) || cli.exitValue() != 0) {
                throw new IllegalStateException(script + " failed:\n" + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
