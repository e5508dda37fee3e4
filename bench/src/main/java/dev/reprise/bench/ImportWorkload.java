package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.ImportRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How long an import takes: in chunks of several sizes, in partitions, and again after it failed at 90 %. */
final class ImportWorkload implements Workload {

    /** Until the compiler has seen most of it. */
    private static final int WARM_UP_ROWS = 100_000;

    private final Lab lab;
    private final Options options;
    private final Results results;
    private final Plan plan;
    private final Input input;

    /**
     * What is imported, and how often.
     *
     * @param name of the workload
     * @param question {@code import}, or {@code restart}
     * @param h2 into an H2 file instead of PostgreSQL
     * @param contenders who takes part, if the command line names it too
     * @param rewrite with PostgreSQL: whether the driver rewrites batches
     */
    record Plan(
            String name,
            String question,
            boolean h2,
            boolean rewrite,
            List<Size> sizes,
            int rounds,
            List<Contender> contenders) {

        /** An import into PostgreSQL, whose driver rewrites batches. */
        static Plan of(String name, List<Size> sizes, int rounds, List<Contender> contenders) {
            return new Plan(name, "import", false, true, sizes, rounds, contenders);
        }

        Plan withoutRewriting() {
            return new Plan(name, question, h2, false, sizes, rounds, contenders);
        }

        Plan intoH2() {
            return new Plan(name, question, true, false, sizes, rounds, contenders);
        }

        /** At 90 %, and then restarted. */
        Plan failingOnce() {
            return new Plan(name, "restart", h2, rewrite, sizes, rounds, contenders);
        }
    }

    /** @param partitions that are imported at the same time; 1: none */
    record Size(int rows, int chunk, int partitions) {}

    ImportWorkload(Lab lab, Folders folders, Options options, Results results, Plan plan) {
        this.lab = lab;
        this.options = options;
        this.results = results;
        this.plan = plan;
        this.input = new Input(folders);
    }

    @Override
    public void run() {
        List<Contender> contenders = plan.contenders().stream()
                .filter(contender -> options.peers().contains(contender.kind()))
                .toList();
        for (PeerKind kind : options.peers()) {
            if (contenders.stream().anyMatch(contender -> contender.kind() == kind)) {
                Database database = plan.h2()
                        ? lab.h2(kind)
                        : lab.postgres().create(plan.name().replace('-', '_') + "_" + kind.id());
                lab.start(kind, new Setup(database, plan.rewrite(), true));
            }
        }
        for (Contender contender : contenders) {
            ask("import", contender, new Size(WARM_UP_ROWS, 100, 1));
            ask("import", contender, new Size(WARM_UP_ROWS, 1000, 1));
        }
        for (int round = 1; round <= options.number("rounds", plan.rounds()); round++) {
            for (Size size : plan.sizes()) {
                for (Contender contender : Contender.inTurn(contenders, round)) {
                    measure(contender, size, round);
                }
            }
        }
        lab.stopAll();
    }

    private void measure(Contender contender, Size size, int round) {
        lab.postgres().checkpoint();
        Lab.Costs before = lab.costs(contender.kind());
        Answer answer = ask(plan.question(), contender, size);
        Map<String, Double> values = new TreeMap<>();
        values.put("seconds", answer.number("seconds"));
        values.put("rows.rate", size.rows() / answer.number("seconds"));
        if (!contender.settings().containsKey("how")) {
            values.put("skipped.lines", answer.number("skipped"));
        }
        if (answer.has("firstChunk")) {
            values.put("first.chunk.ms", answer.number("firstChunk") * 1000);
        }
        values.putAll(lab.costs(contender.kind()).since(before, Math.ceil((double) size.rows() / size.chunk())));
        results.add(new Measurement(plan.name(), work(size), contender.title(), round, values));
        Terminal.note(String.format(
                Locale.ROOT,
                "%,9d rows  chunk %4d  %d thread%s  round %d  %-27s %7.2f s %s",
                size.rows(),
                size.chunk(),
                size.partitions(),
                size.partitions() == 1 ? " " : "s",
                round,
                contender.title(),
                answer.number("seconds"),
                plan.question().equals("restart")
                        ? "  first chunk after %.0f ms%s"
                                .formatted(
                                        answer.number("firstChunk") * 1000,
                                        values.containsKey("skipped.lines")
                                                ? ", %,.0f lines left out".formatted(answer.number("skipped"))
                                                : "")
                        : ""));
    }

    private Map<String, String> work(Size size) {
        return Map.of(
                "database", plan.h2() ? "h2" : "postgresql",
                "rewrite", String.valueOf(plan.rewrite() && !plan.h2()),
                "rows", String.valueOf(size.rows()),
                "chunk", String.valueOf(size.chunk()),
                "partitions", String.valueOf(size.partitions()));
    }

    private Answer ask(String question, Contender contender, Size size) {
        Path file = input.file(size.rows(), size.partitions());
        return lab.peer(contender.kind())
                .ask(
                        question,
                        Map.of(
                                "file", file,
                                "rows", size.rows(),
                                "chunk", size.chunk(),
                                "partitions", size.partitions(),
                                "how", contender.settings().getOrDefault("how", ImportRun.SHARED)));
    }
}
