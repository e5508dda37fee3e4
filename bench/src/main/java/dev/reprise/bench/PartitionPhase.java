package dev.reprise.bench;

import dev.reprise.bench.StatementLog.Transaction;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is done for a partition that any node may run, told by the statements of its transactions; the first that fits counts. */
enum PartitionPhase {
    /** One transaction for all partitions of a step. */
    PLAN("insert into REPRISE_WORK"),
    /** One for as many as the node has room for. */
    CLAIM("for update.* skip locked"),
    CHUNK("set VERSION = VERSION \\+ 1.* REPRISE_READER_CHECKPOINT = "),
    END("update REPRISE_WORK set STATE = 'DONE' where STEP_EXECUTION_ID = "),
    /** The step's node: one for as many as have ended. */
    HEAR("from REPRISE_WORK w join BATCH_STEP_EXECUTION .* w.STATE = 'DONE'|delete from REPRISE_WORK"
            + "|COMMIT_COUNT = COMMIT_COUNT \\+|update BATCH_STEP_EXECUTION set VERSION.* COMMIT_COUNT = "),
    /** What a node does each time before it claims. */
    LOOK("from REPRISE_WORK w join BATCH_STEP_EXECUTION"),
    /** Of the execution, for its parameters. */
    READ("from BATCH_JOB_EXECUTION_PARAMS|select e.JOB_EXECUTION_ID, e.JOB_INSTANCE_ID, i.JOB_NAME");

    private final Pattern statement;

    PartitionPhase(String statement) {
        this.statement = Pattern.compile(statement, Pattern.DOTALL);
    }

    /** Empty for what is done without partitions, too. */
    static Optional<PartitionPhase> of(Transaction transaction) {
        for (PartitionPhase phase : values()) {
            if (transaction.statements().stream()
                    .anyMatch(sql -> phase.statement.matcher(sql).find())) {
                return Optional.of(phase);
            }
        }
        return Optional.empty();
    }

    String title() {
        return switch (this) {
            case PLAN -> "plan, for all of a step";
            case CLAIM -> "claim";
            case CHUNK -> "chunks";
            case END -> "end";
            case HEAR -> "the step hears of it";
            case LOOK -> "look after what runs and who is dead";
            case READ -> "read the execution";
        };
    }
}
