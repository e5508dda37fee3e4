package dev.reprise.bench;

import dev.reprise.bench.StatementLog.Transaction;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** What is done for a partition that any node may run, told by the statements of its transactions; the first that fits counts. */
enum PartitionPhase {
    /** One transaction for all partitions of a step. */
    PLAN("plan, for all of a step", "insert into REPRISE_WORK"),
    /** One for as many as the node has room for. */
    CLAIM("claim (varies)", "^with recursive STEPS|update REPRISE_WORK w set STATE = 'TAKEN'"),
    CHUNK("chunks", "set VERSION = VERSION \\+ 1.* REPRISE_READER_CHECKPOINT = "),
    END("end", "update REPRISE_WORK set STATE = 'DONE' where STEP_EXECUTION_ID = [:$]"),
    /** The step's node: one for as many as have ended. */
    HEAR(
            "the step hears of it (varies)",
            "^select .* from REPRISE_WORK .*STATE = 'DONE'|^delete from REPRISE_WORK where STEP_EXECUTION_ID"
                    + "|^update REPRISE_WORK set STATE = 'READY'|^update BATCH_STEP_EXECUTION set VERSION.* COMMIT_COUNT = "),
    /** What a node does after each of its reports, or when it hears of work, however many partitions there are. */
    LOOK(
            "look after what runs and who is dead, for all of a step (varies)",
            "^select .* from REPRISE_WORK .*STATE = 'TAKEN'|^delete from REPRISE_(WORK w|COLLECTED c) where .*not exists"),
    /** Once for each node that runs some, for its parameters. */
    READ(
            "read the execution, for all of a step",
            "from BATCH_JOB_EXECUTION_PARAMS|^select e.JOB_EXECUTION_ID, e.JOB_INSTANCE_ID, i.JOB_NAME"),
    /** The launch, the step itself, the end, the reports of the node; and what has no phase yet. */
    OTHER("anything else, for all of a step (varies)", "");

    private final String title;
    private final Pattern statement;

    PartitionPhase(String title, String statement) {
        this.title = title;
        this.statement = Pattern.compile(statement, Pattern.DOTALL);
    }

    static PartitionPhase of(Transaction transaction) {
        return Arrays.stream(values())
                .filter(phase -> transaction.statements().stream()
                        .anyMatch(sql -> phase.statement.matcher(sql).find()))
                .findFirst()
                .orElse(OTHER);
    }

    /** It varies where several share what falls together. */
    String title() {
        return title;
    }

    /** What its counts begin with. */
    String counted() {
        return "distributed." + name().toLowerCase(Locale.ROOT);
    }

    /** How many share it, where a step has so many partitions. */
    int among(int partitions) {
        return switch (this) {
            case CLAIM, CHUNK, END, HEAR -> partitions;
            case PLAN, LOOK, READ, OTHER -> 1;
        };
    }
}
