package dev.reprise.bench;

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
            run(Options.parse(arguments));
            System.exit(0);
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (LimitExceededException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        } catch (RuntimeException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(Options options) {
        Folders folders = Folders.here();
        Catalogue catalogue = new Catalogue(folders, options);
        List<String> names = catalogue.named(options.workloads());
        Results results = new Results();
        try (Lab lab = new Lab(folders, options)) {
            Circumstances.of(results, lab, options);
            for (String name : names) {
                Terminal.title(name);
                catalogue.workload(name, lab, results).run();
                results.write(folders.run().resolve("results.json"));
            }
        }
        new Summary(results).print();
    }
}
