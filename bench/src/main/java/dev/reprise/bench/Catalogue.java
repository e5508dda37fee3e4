package dev.reprise.bench;

import dev.reprise.bench.ImportWorkload.Plan;
import dev.reprise.bench.ImportWorkload.Size;
import dev.reprise.bench.peer.ImportRun;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The workloads by name, in the order in which all of them run, and their sizes. */
final class Catalogue {

    /** One after the other, with what each leaves for the next: the histories of the launches are listed and booted with. */
    private static final List<String> ALL = List.of(
            "launch",
            "list",
            "boot",
            "launch-h2",
            "import",
            "import-plain",
            "import-h2",
            "bulk",
            "restart",
            "partitions",
            "flights",
            "counts");

    /** Only if they are named. */
    private static final List<String> APART = List.of("scale");

    private final Folders folders;
    private final Options options;
    private final boolean full;

    Catalogue(Folders folders, Options options) {
        this.folders = folders;
        this.options = options;
        this.full = options.full();
    }

    boolean isAll(List<String> names) {
        return names.containsAll(ALL);
    }

    /** The names that somebody asked for; all if nobody did, none for the report alone. */
    List<String> named(Set<String> asked) {
        if (asked.equals(Set.of("report"))) {
            return List.of();
        }
        Set<String> names = new LinkedHashSet<>(asked);
        if (names.isEmpty() || names.remove("all")) {
            names.addAll(ALL);
        }
        for (String name : names) {
            if (!ALL.contains(name) && !APART.contains(name)) {
                throw new UsageException("There is no workload '" + name + "': there are " + String.join(", ", ALL)
                        + ", counts, scale.");
            }
        }
        return new ArrayList<>(names);
    }

    Workload workload(String name, Lab lab, Results results) {
        return switch (name) {
            case "launch" ->
                new LaunchWorkload(
                        lab,
                        options,
                        results,
                        new LaunchWorkload.Plan(
                                name,
                                false,
                                options.texts("jobs", "job-0", "ten-items"),
                                full
                                        ? options.numbers("history", 0, 100_000, 1_000_000)
                                        : options.numbers("history", 0, 1_000_000),
                                full ? 10 : 3,
                                full ? 5 : 3));
            case "launch-h2" ->
                new LaunchWorkload(
                        lab,
                        options,
                        results,
                        new LaunchWorkload.Plan(name, true, List.of("job-0"), List.of(0), full ? 10 : 4, full ? 5 : 2));
            case "list" -> new ListWorkload(lab, options, results);
            case "boot" -> new BootWorkload(lab, options, results);
            case "import" ->
                imports(
                        lab,
                        results,
                        new Plan(name, "import", false, true, sizes(), full ? 5 : 3, Contender.sharing()));
            case "import-plain" ->
                imports(
                        lab,
                        results,
                        new Plan(name, "import", false, false, sizes(), full ? 5 : 2, Contender.sharing()));
            case "import-h2" ->
                imports(
                        lab,
                        results,
                        new Plan(name, "import", true, false, sizes(), full ? 3 : 2, Contender.sharing()));
            case "restart" ->
                imports(
                        lab,
                        results,
                        new Plan(
                                name,
                                "restart",
                                false,
                                true,
                                List.of(new Size(largest(), 1000, 1)),
                                full ? 5 : 2,
                                restarted()));
            case "bulk" ->
                imports(
                        lab,
                        results,
                        new Plan(
                                name,
                                "import",
                                false,
                                true,
                                List.of(new Size(largest(), 1000, 1), new Size(largest() / 3, 100, 1)),
                                full ? 5 : 3,
                                bulk()));
            case "partitions" ->
                imports(
                        lab,
                        results,
                        new Plan(
                                name,
                                "import",
                                false,
                                true,
                                List.of(
                                        new Size(largest(), 1000, 1),
                                        new Size(largest(), 1000, 2),
                                        new Size(largest(), 1000, 4)),
                                full ? 3 : 2,
                                Contender.sharing()));
            case "flights" ->
                imports(
                        lab,
                        results,
                        new Plan(
                                name,
                                "import",
                                false,
                                true,
                                List.of(new Size(options.number("rows", 3_000_000), 1000, 1)),
                                full ? 3 : 1,
                                everybody()));
            case "scale" -> new ScaleWorkload(lab, options, results);
            case "counts" -> new CountWorkload(lab, folders, options, results);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private Workload imports(Lab lab, Results results, Plan plan) {
        return new ImportWorkload(lab, folders, options, results, plan);
    }

    private static List<Contender> bulk() {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.own(PeerKind.SPRING, "own items", ImportRun.OWN));
        contenders.add(Contender.own(PeerKind.SPRING, "own writer", ImportRun.OWN_WRITER));
        contenders.addAll(Contender.bulk());
        contenders.add(Contender.of(PeerKind.RAW));
        return contenders;
    }

    private static List<Contender> restarted() {
        List<Contender> contenders = new ArrayList<>(Contender.sharing());
        contenders.add(Contender.own(PeerKind.SPRING, "own items", ImportRun.OWN));
        contenders.addAll(Contender.bulk());
        return contenders;
    }

    private static List<Contender> everybody() {
        List<Contender> contenders = new ArrayList<>(Contender.sharing());
        contenders.addAll(Contender.bulk());
        return contenders;
    }

    private List<Size> sizes() {
        return List.of(
                new Size(largest(), 1000, 1),
                new Size(largest() / (full ? 5 : 3), 100, 1),
                new Size(largest() / (full ? 50 : 15), 10, 1));
    }

    private int largest() {
        return options.number("rows", full ? 1_000_000 : 200_000);
    }
}
