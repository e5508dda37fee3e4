package dev.reprise.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The command: {@code bench/run}. Ends with 1 when it could not measure what it was asked for. */
public final class Bench {

    private static final List<String> WORKLOADS = List.of("launch");

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
        } catch (RuntimeException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(Options options) {
        Set<String> asked = new LinkedHashSet<>(options.workloads());
        if (asked.isEmpty() || asked.remove("all")) {
            asked.addAll(WORKLOADS);
        }
        for (String workload : asked) {
            if (!WORKLOADS.contains(workload)) {
                throw new UsageException("There is no workload '" + workload + "'.\n\n" + Options.HELP);
            }
        }
        Folders folders = Folders.here();
        Results results = new Results();
        try (Lab lab = new Lab(folders, options)) {
            for (String workload : asked) {
                Terminal.title(workload);
                switch (workload) {
                    case "launch" -> new LaunchWorkload(lab, options, results).run();
                    default -> throw new IllegalStateException(workload);
                }
            }
        }
        results.write(folders.run().resolve("results.json"));
        new Summary(results).print();
    }
}
