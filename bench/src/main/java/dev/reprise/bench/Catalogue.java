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
            "purge",
            "launch-h2",
            "import",
            "import-plain",
            "import-h2",
            "bulk",
            "bulk-plain",
            "restart",
            "partitions",
            "distributed",
            "flights",
            "counts");

    /** Only if they are named. */
    private static final List<String> APART = List.of("scale", "scale-partitions");

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
                        + ", " + String.join(", ", APART) + ".");
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
            case "purge" -> new PurgeWorkload(lab, options, results);
            case "boot" -> new BootWorkload(lab, options, results);
            case "scale" -> new ScaleWorkload(lab, options, results);
            case "scale-partitions" -> new PartitionScaleWorkload(lab, options, results);
            case "distributed" -> new DistributedWorkload(lab, options, results, full ? 5 : 3);
            case "counts" -> new CountWorkload(lab, folders, options, results);
            default -> new ImportWorkload(lab, folders, options, results, imports(name));
        };
    }

    private Plan imports(String name) {
        return switch (name) {
            case "import" -> Plan.of(name, sizes(), full ? 5 : 3, Contender.sharing());
            case "import-plain" ->
                Plan.of(name, sizes(), full ? 5 : 2, Contender.sharing()).withoutRewriting();
            case "import-h2" ->
                Plan.of(name, sizes(), full ? 3 : 2, Contender.sharing()).intoH2();
            case "bulk" -> Plan.of(name, sizes().subList(0, 2), full ? 5 : 3, bulk());
            case "bulk-plain" ->
                Plan.of(name, sizes().subList(0, 2), full ? 5 : 3, bulk()).withoutRewriting();
            case "restart" ->
                Plan.of(name, sizes().subList(0, 1), full ? 5 : 2, restarted()).failingOnce();
            case "partitions" ->
                Plan.of(name, List.of(threads(1), threads(2), threads(4)), full ? 3 : 2, Contender.sharing());
            case "flights" ->
                Plan.of(name, List.of(new Size(options.number("rows", 3_000_000), 1000, 1)), full ? 3 : 1, everybody());
            default -> throw new IllegalArgumentException(name);
        };
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

    private Size threads(int partitions) {
        return new Size(largest(), 1000, partitions);
    }

    private int largest() {
        return options.number("rows", full ? 1_000_000 : 500_000);
    }
}
