package dev.reprise.internal.decide;

import dev.reprise.internal.database.Text;
import dev.reprise.internal.store.Belonging;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Owners.Queued;
import dev.reprise.internal.store.SeenExecution;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The refusals of launches and restarts, as people read them (contract.md §3). */
public final class Refusals {

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    private Refusals() {}

    /** Row 1. Nothing about the parameters is asked of a job that is not as it must be. */
    public static Refusal invalidJob(String jobName, List<String> definitionFaults) {
        String count = definitionFaults.size() == 1 ? "is 1 error" : "are " + definitionFaults.size() + " errors";
        return new Refusal(
                Kind.INVALID_JOB,
                jobName,
                null,
                null,
                null,
                definitionFaults,
                "Job " + Text.line(jobName) + " does not start, nothing was written: there " + count
                        + " in its definition. " + String.join(" ", definitionFaults)
                        + " Mend the file and deploy again.");
    }

    /** Row 2 for a job that there may be. */
    public static Refusal invalidParameters(String jobName, List<String> faults) {
        String count = faults.size() == 1 ? "is 1 fault" : "are " + faults.size() + " faults";
        return new Refusal(
                Kind.INVALID_PARAMETERS,
                jobName,
                null,
                null,
                null,
                faults,
                "Job " + Text.line(jobName) + " does not start, nothing was written: there " + count
                        + " in its parameters: " + String.join("; ", faults) + ".");
    }

    /** Row 2. */
    public static Refusal invalidParameters(Subject subject, List<String> faults) {
        return invalidParameters(subject.jobName(), faults);
    }

    /** §8.1. */
    static Refusal ofAnother(Belonging belonging, String own, String label) {
        String other = Text.line(belonging.application());
        return new Refusal(
                Kind.OTHER_APPLICATION,
                belonging.jobName(),
                belonging.instanceId(),
                null,
                null,
                List.of(),
                label + " belongs to application '" + other + "' (instance " + belonging.instanceId()
                        + "), and this is '"
                        + own + "'. Ask that one; or change an identifying parameter to run an instance of this"
                        + " one's own; or let this one run its instances too, with reprise.share=" + other + ".");
    }

    /** Row 4. */
    static Refusal alreadyRunning(Owner owner, Queued queued, Subject subject) {
        if (owner.node().isNone()) {
            return waits(owner, queued, subject);
        }
        String queue = queued.place() == 0
                ? ""
                : "It waits for a thread there: place " + queued.place() + " of the queue, while " + queued.running()
                        + (queued.running() == 1 ? " execution runs. " : " executions run. ");
        return alreadyRunning(owner, queue + "Wait for it, or stop it first.", subject);
    }

    /** Row 4, of what no node has taken yet. */
    private static Refusal waits(Owner owner, Queued queued, Subject subject) {
        return refusal(
                Kind.ALREADY_RUNNING,
                subject,
                owner.instanceId(),
                owner.executionId(),
                subject.label() + " is launched already (execution " + owner.executionId() + ") and waits for a node"
                        + (queued.place() > 1 ? ", at place " + queued.place() + " of those that do" : "")
                        + ": the first one takes it that has a free thread and the definition that was launched. Wait for"
                        + " it, or stop it first.");
    }

    /** Row 5, as long as it cannot be taken over. */
    static Refusal heldByItsSessions(Owner owner, String lockHolders, Subject subject) {
        return alreadyRunning(
                owner,
                "That node is dead, but one of its database sessions still holds locks (" + lockHolders
                        + "); the execution is taken over as"
                        + " soon as the database ends it.",
                subject);
    }

    /** Row 5, of an application that this one does not share with. */
    static Refusal othersTakeOver(Owner owner, Subject subject) {
        return alreadyRunning(
                owner,
                "That node is dead, but of application " + owner.node().application()
                        + ", whose nodes will take it over.",
                subject);
    }

    private static Refusal alreadyRunning(Owner owner, String how, Subject subject) {
        return new Refusal(
                Kind.ALREADY_RUNNING,
                subject.jobName(),
                owner.instanceId(),
                owner.executionId(),
                owner.node().name(),
                List.of(),
                subject.label() + " is already running (execution " + owner.executionId() + " on node "
                        + owner.node().name() + "). " + how);
    }

    /** Rows 6 and 7, of an instance whose executions were purged. */
    static Refusal purged(SeenExecution last, long instanceId, Subject subject) {
        return neverAgain(last, "; purged since", instanceId, subject);
    }

    /** Rows 6 and 7. */
    static Refusal neverAgain(SeenExecution last, long instanceId, Subject subject) {
        return neverAgain(last, "", instanceId, subject);
    }

    private static Refusal neverAgain(SeenExecution last, String since, long instanceId, Subject subject) {
        String which = " (execution " + last.id() + when(last.ended()) + since + "). ";
        if (last.status().equals("ABANDONED")) {
            return refusal(
                    Kind.ABANDONED,
                    subject,
                    instanceId,
                    last.id(),
                    subject.label() + " was abandoned" + which
                            + "Change an identifying parameter to run it as another instance.");
        }
        String next = subject.parameters().identifying().isEmpty()
                ? "It has no identifying parameter, so it completes once and never again: give it one, launch"
                        + " it with 'next' (which numbers the runs), or switch identity off for the job with"
                        + " the job property reprise.identity=none."
                : "Change an identifying parameter to run it again.";
        return refusal(
                Kind.ALREADY_COMPLETE,
                subject,
                instanceId,
                last.id(),
                subject.label() + " is already complete" + which + next);
    }

    /** Row 8. */
    static Refusal unknownState(SeenExecution execution, long instanceId, Subject subject) {
        return refusal(
                Kind.UNKNOWN_STATE,
                subject,
                instanceId,
                execution.id(),
                "Execution " + execution.id() + " of " + subject.label() + " is " + execution.status()
                        + " and has no owner here:"
                        + " another program (Spring Batch?) runs it or left it. End it there, or set its"
                        + " status there to what it really is.");
    }

    /** Row 9. */
    static Refusal notRestartable(SeenExecution last, String lastStatus, long instanceId, Subject subject) {
        return refusal(
                Kind.NOT_RESTARTABLE,
                subject,
                instanceId,
                last.id(),
                subject.label() + " is " + lastStatus + " (execution " + last.id() + when(last.ended())
                        + "), and the job says"
                        + " restartable=\"false\". Change an identifying parameter to run it as another"
                        + " instance.");
    }

    /** Row 10, for who may not restart it by the way. */
    static Refusal restartInstead(LaunchDecision.Restart restart, long instanceId, Subject subject) {
        return refusal(
                Kind.RESTART_INSTEAD,
                subject,
                instanceId,
                restart.executionId(),
                restart.message() + " Restart execution " + restart.executionId()
                        + ": JobOperator.restart(" + restart.executionId() + ", …), or launch it through"
                        + " the JobLauncher or POST /launch, which restart it by themselves.");
    }

    /** Of a restart of what was purged meanwhile. */
    static Refusal historyGone(long original, long instanceId, Subject subject) {
        return refusal(
                Kind.NOT_THE_LAST,
                subject,
                instanceId,
                original,
                "Execution " + original + " of " + subject.label() + " is not there any more: its history was"
                        + " purged. Launch the job to run it from the beginning.");
    }

    /** Of a restart of an execution after which others came. */
    static Refusal notTheLast(long original, long last, long instanceId, Subject subject) {
        return refusal(
                Kind.NOT_THE_LAST,
                subject,
                instanceId,
                last,
                "Execution " + original + " of " + subject.label() + " is not its last any more: execution " + last
                        + " is. Restart that one.");
    }

    private static Refusal refusal(Kind kind, Subject subject, long instanceId, long executionId, String message) {
        return new Refusal(kind, subject.jobName(), instanceId, executionId, null, List.of(), message);
    }

    static String when(@Nullable LocalDateTime ended) {
        return ended == null ? "" : ", " + MINUTE.format(ended);
    }
}
