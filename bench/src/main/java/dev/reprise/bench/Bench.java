package dev.reprise.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The command: {@code bench/run}. Ends with 1 when it could not measure what it was asked for. */
public final class Bench {

    private Bench() {}

    /** Runs the workloads that the arguments name. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        try {
            if (List.of(arguments).contains("--help")) {
                System.out.print(Options.HELP);
                return;
            }
            System.exit(run(Options.parse(arguments)) ? 0 : 1);
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (RuntimeException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    /** Whether everything could be measured. */
    private static boolean run(Options options) {
        Folders folders = Folders.here();
        Catalogue catalogue = new Catalogue(folders, options);
        List<String> names = catalogue.named(options.workloads());
        boolean all = catalogue.isAll(names);
        Results results = all ? new Results() : Results.read(folders.results());
        boolean complete = true;
        if (!names.isEmpty()) {
            complete = measure(options, folders, catalogue, names, results);
            new Summary(results).print(names);
        }
        Path report = all || names.isEmpty() ? folders.project().resolve("docs") : folders.run();
        new Report(results).write(report);
        if (names.contains("scale") || names.isEmpty()) {
            new ScaleReport(results).write(folders.project().resolve("docs"));
        }
        Terminal.title("Written: " + folders.project().relativize(report.resolve("performance.md")));
        return complete;
    }

    private static boolean measure(
            Options options, Folders folders, Catalogue catalogue, List<String> names, Results results) {
        boolean complete = true;
        RunLock.hold(folders);
        try (Lab lab = new Lab(folders, options)) {
            // What is only added to a complete run does not change when and how that was made.
            if (!results.circumstances().getOrDefault("command", "").matches("bench/run( --.*)?")) {
                Circumstances.of(results, lab, options);
            }
            for (String name : names) {
                Terminal.title(name);
                results.forget(name);
                try {
                    catalogue.workload(name, lab, results).run();
                } catch (LimitExceededException | UsageException e) {
                    System.err.println(e.getMessage());
                    complete = false;
                } catch (RuntimeException e) {
                    // One that fails after twenty minutes is no reason to lose the others.
                    e.printStackTrace();
                    complete = false;
                }
                lab.stopAll();
                results.write(folders.results());
            }
        }
        return complete;
    }
}
