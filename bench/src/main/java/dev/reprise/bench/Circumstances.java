package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** Where and with what a run was made: what numbers depend on, and nothing that tells whose machine it was. */
final class Circumstances {

    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private Circumstances() {}

    static void of(Results results, Lab lab, Options options) {
        results.circumstance("date", LocalDate.now(ZoneOffset.UTC).toString());
        results.circumstance("command", options.command());
        results.circumstance("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        results.circumstance("processor", value(CPU, "model name"));
        results.circumstance("memory", memory());
        results.circumstance(
                "system",
                System.getProperty("os.name") + " "
                        + System.getProperty("os.version").replaceFirst("-.*", ""));
        results.circumstance("java", String.valueOf(Runtime.version()));
        results.circumstance("options of each JVM", String.join(" ", Peer.JVM));
        results.circumstance("postgresql", lab.postgres().version());
        results.circumstance("settings of postgresql", Postgres.SETTINGS.toString());
    }

    private static String memory() {
        String kilobytes = value(MEMORY, "MemTotal").replaceAll("\\D", "");
        return kilobytes.isEmpty()
                ? "unknown"
                : String.format(Locale.ROOT, "%.0f GB", Long.parseLong(kilobytes) / (1024.0 * 1024));
    }

    private static String value(Path file, String name) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.stream()
                    .filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
