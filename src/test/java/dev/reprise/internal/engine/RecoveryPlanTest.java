package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.internal.decide.TakeOvers;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.store.Owner;
import dev.reprise.state.DueRestart;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.runtime.BatchStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §6: what is restarted without anybody asking, how often, and by whom. */
class RecoveryPlanTest {

    private static final String[] MONTH = {"month", "2001-01"};

    private Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void restartsWhatADeadNodeLeftOnce(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        TestNode other = survivor(dead);
        TestNode third = other.other("node-3");

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);
        assertThat(third.repository.thisNode().takeOverFromTheDead()).isZero();

        assertThat(message(other, left)).endsWith("closed by node node-2 (incarnation 1). It is restarted.");
        List<DueRestart> due = other.repository.thisNode().claimRestarts();
        assertThat(due)
                .containsExactly(
                        new DueRestart(left.getJobInstance().getInstanceId(), left.getExecutionId(), job.getId(), 1));
        assertThat(third.repository.thisNode().claimRestarts())
                .as("claimed by node-2")
                .isEmpty();
        JobExecutionImpl restarted = recover(other, due.get(0));
        assertThat(recoveries(other, restarted)).isEqualTo("1");
        other.repository.thisNode().restarted(due.get(0));
        assertThat(planned(other, left)).isEmpty();
    }

    /** It was paused, and has lost what its threads still end: the engine would refuse the restart there (JBERET000610). */
    @ParameterizedTest
    @EnumSource
    void leavesWhatItsOwnThreadsStillEndToAnotherNodeOrUntilTheyHave(TestDatabase.Kind kind) {
        TestNode paused = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = paused.run(job, MONTH);
        TestNode other = survivor(paused);
        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);
        paused.repository.thisNode().lost(paused.identity, "was paused");

        assertThat(paused.repository.thisNode().claimRestarts()).isEmpty();
        List<DueRestart> due = other.repository.thisNode().claimRestarts();
        assertThat(due).as("at once").extracting(DueRestart::executionId).containsExactly(left.getExecutionId());
        other.repository.thisNode().postpone(due.get(0), Duration.ZERO);

        paused.end(left, BatchStatus.FAILED);
        assertThat(paused.repository.thisNode().claimRestarts())
                .extracting(DueRestart::executionId)
                .containsExactly(left.getExecutionId());
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheRestartToAnotherNodeIfWhoClaimedItDies(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        dead.run(job, MONTH);
        TestNode other = survivor(dead);
        TestNode third = other.other("node-3");
        other.repository.thisNode().takeOverFromTheDead();
        assertThat(other.repository.thisNode().claimRestarts()).hasSize(1);

        other.leaseExpires();

        assertThat(third.repository.thisNode().claimRestarts()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void ofOneRestartIsClaimedByOneOfManyNodes(TestDatabase.Kind kind) throws Exception {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        dead.run(job, MONTH);
        TestNode other = survivor(dead);
        other.repository.thisNode().takeOverFromTheDead();
        List<TestNode> nodes = IntStream.range(0, 8)
                .mapToObj(number -> other.other("claims-" + number))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
        try {
            int claimed = 0;
            for (var claim : threads.invokeAll(nodes.stream()
                    .map(node -> (java.util.concurrent.Callable<Integer>)
                            () -> node.repository.thisNode().claimRestarts().size())
                    .toList())) {
                claimed += claim.get();
            }
            assertThat(claimed).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Somebody launched it meanwhile. */
    @ParameterizedTest
    @EnumSource
    void forgetsARestartThatSomebodyElseDid(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        TestNode other = survivor(dead);
        other.repository.thisNode().takeOverFromTheDead();
        other.rerun(left.getExecutionId(), job);

        assertThat(other.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(planned(other, left)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void givesUpAfterThreeRestartsInARow(TestDatabase.Kind kind) {
        job = TestNode.job("reprise.recovery.back-off", "0s");
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        for (int restart = 1; restart <= 3; restart++) {
            TestNode other = survivor(dead);
            other.repository.thisNode().takeOverFromTheDead();
            List<DueRestart> due = other.repository.thisNode().claimRestarts();
            assertThat(due).as("restart " + restart).hasSize(1);
            left = recover(other, due.get(0));
            assertThat(recoveries(other, left)).isEqualTo(String.valueOf(restart));
            dead = other;
        }
        TestNode last = survivor(dead);

        assertThat(last.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(last.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(message(last, left)).contains("It is not restarted by itself: it was restarted 3 times in a row");
        assertThat(recoveries(last, last.rerun(left.getExecutionId(), job)))
                .as("a person's restart begins to count anew")
                .isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource
    void waitsBeforeTheSecondRestartInARow(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        TestNode other = survivor(dead);
        other.repository.thisNode().takeOverFromTheDead();
        JobExecutionImpl again =
                recover(other, other.repository.thisNode().claimRestarts().get(0));
        assertThat(again.getExecutionId()).isGreaterThan(left.getExecutionId());
        TestNode third = survivor(other);

        third.repository.thisNode().takeOverFromTheDead();

        assertThat(message(third, again)).endsWith("It is restarted in 10 s, for the 2. time in a row.");
        assertThat(third.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(planned(third, again)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void leavesABatchletToAPerson(TestDatabase.Kind kind) {
        job = TestNode.batchlet();
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        TestNode other = survivor(dead);

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(other.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(message(other, left))
                .contains("It is not restarted by itself: the batchlet of step load was running");
    }

    @ParameterizedTest
    @EnumSource
    void leavesWhatWasToBeStoppedAlone(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        left.stop();
        TestNode other = survivor(dead);

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(other.status(left.getExecutionId())).isEqualTo("STOPPED");
        assertThat(other.repository.thisNode().claimRestarts()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void goesOnWithWhatAServerStopped(TestDatabase.Kind kind) {
        TestNode suspended = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl stopped = suspended.run(job, MONTH);
        TestNode other = suspended.other("node-2");

        suspended.repository.thisNode().suspend();

        await().until(() -> suspended.status(stopped.getExecutionId()).equals("STOPPING"));
        assertThatThrownBy(() -> suspended.start(job, "month", "2001-02"))
                .isInstanceOf(LaunchRefusedException.class)
                .hasMessageEndingWith("does not start on this node. Its server is being suspended or stopped, or the"
                        + " application undeployed. Launch it on another node, or later.");
        assertThat(suspended.repository.thisNode().claimRestarts())
                .as("it has not ended yet")
                .isEmpty();
        suspended.end(stopped, BatchStatus.STOPPED);
        assertThat(other.repository.thisNode().claimRestarts())
                .as("its node lives")
                .isEmpty();
        suspended.repository.thisNode().resume();
        assertThat(suspended.repository.thisNode().claimRestarts())
                .as("and is back")
                .hasSize(1);
        suspended.leaseExpires();
        assertThat(other.repository.thisNode().claimRestarts())
                .as("its node is dead")
                .hasSize(1);
        assertThat(recoveries(other, other.rerun(stopped.getExecutionId(), job)))
                .as("nobody died")
                .isEqualTo("0");
    }

    /** Nothing is claimed that could not be launched. */
    @ParameterizedTest
    @EnumSource
    void claimsNothingWhileTheServerStops(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl stopped = node.run(job, MONTH);
        node.repository.thisNode().suspend();
        node.end(stopped, BatchStatus.STOPPED);

        assertThat(node.repository.thisNode().claimRestarts()).isEmpty();
        node.repository.thisNode().resume();
        List<DueRestart> due = node.repository.thisNode().claimRestarts();
        assertThat(due).hasSize(1);

        node.repository.thisNode().postpone(due.get(0), Duration.ofHours(1));
        assertThat(node.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(planned(node, stopped)).hasSize(1);
    }

    /** Somebody wanted it stopped on another node, before the server began to stop. */
    @ParameterizedTest
    @EnumSource
    void doesNotGoOnWithWhatSomebodyHadStopped(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl stopped = node.run(job, MONTH);
        TestNode other = node.other("node-2");
        other.repository.stopJobExecution(other.load(stopped.getExecutionId(), job));

        node.repository.thisNode().suspend();
        node.end(stopped, BatchStatus.STOPPED);
        node.repository.thisNode().resume();

        assertThat(node.repository.thisNode().claimRestarts()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void goesOnWithWhatAServerStoppedAndDidNotLiveToEnd(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        dead.repository.thisNode().suspend();
        await().until(() -> dead.status(left.getExecutionId()).equals("STOPPING"));
        TestNode other = survivor(dead);

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(other.status(left.getExecutionId())).isEqualTo("STOPPED");
        assertThat(other.repository.thisNode().claimRestarts()).hasSize(1);
    }

    /** A batchlet that does not obey may still run, on the server that stopped. */
    @ParameterizedTest
    @EnumSource
    void leavesABatchletThatDidNotEndWithItsServerToAPerson(TestDatabase.Kind kind) {
        job = TestNode.batchlet();
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        dead.repository.thisNode().suspend();
        await().until(() -> dead.status(left.getExecutionId()).equals("STOPPING"));
        TestNode other = survivor(dead);

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(other.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(message(other, left))
                .contains("Its server was stopping. It is not restarted by itself: the batchlet of step load");
    }

    /** The node is back, and has not got to it yet. */
    @ParameterizedTest
    @EnumSource
    void closesWhatAnEarlierIncarnationOfALivingNodeLeft(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        TestNode back = dead.other(dead.identity.name());
        JobExecutionImpl running = back.run(job, "month", "2001-02");
        TestNode other = back.other("node-2");
        other.repository.addJob(new ApplicationAndJobName("", job.getId()), job);

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(other.repository.thisNode().claimRestarts())
                .extracting(DueRestart::executionId)
                .containsExactly(left.getExecutionId());
        assertThat(back.status(running.getExecutionId())).isEqualTo("STARTING");
    }

    /** Its next incarnation is another one all the same. */
    @ParameterizedTest
    @EnumSource
    void closesWhatANodeLeftWhoseRowSomebodyDeleted(TestDatabase.Kind kind) {
        TestNode first = TestNode.on(TestDatabase.shared(kind));
        TestNode dead = first.other(first.identity.name());
        dead.run(job, MONTH);
        dead.database.execute("delete from REPRISE_NODE where APPLICATION = ?", dead.identity.application());
        TestNode back = dead.other(dead.identity.name());
        back.repository.addJob(new ApplicationAndJobName("", job.getId()), job);

        assertThat(back.identity.incarnation()).isEqualTo(3);
        assertThat(back.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);
    }

    /** It reported again while the others were being closed. */
    @ParameterizedTest
    @EnumSource
    void leavesANodeThatReportsAgainWhatItHas(TestDatabase.Kind kind) {
        TestNode slow = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = slow.run(job, MONTH);
        slow.step(execution, "load");
        TestNode other = survivor(slow);
        Owner found = new Owner(
                execution.getJobInstance().getInstanceId(), execution.getExecutionId(), slow.identity, false, false);
        slow.database.execute(
                "update REPRISE_NODE set HEARTBEAT_AT = current_timestamp where APPLICATION = ? and NODE_ID = ?",
                slow.identity.application(),
                slow.identity.name());

        assertThat(other.repository.thisNode().takeOver(found)).isEqualTo(TakeOvers.Outcome.GONE);

        assertThat(slow.status(execution.getExecutionId())).isEqualTo("STARTED");
    }

    /** A restart that began at a position begins there again. */
    @ParameterizedTest
    @EnumSource
    void goesOnWhereARestartBegan(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job, MONTH);
        first.setRestartPosition("load");
        node.end(first, BatchStatus.STOPPED);
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        node.repository.thisNode().suspend();
        node.end(second, BatchStatus.STOPPED);

        assertThat(node.load(second.getExecutionId(), job).getRestartPosition()).isEqualTo("load");
    }

    @ParameterizedTest
    @EnumSource
    void forgetsWhatEndedOtherwiseThanStoppedByItsServer(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        for (BatchStatus end : List.of(BatchStatus.COMPLETED, BatchStatus.FAILED)) {
            JobExecutionImpl execution = node.run(job, "end", end.name());
            node.repository.thisNode().suspend();
            // A stop that comes to the engine's execution later than its end is one that was just in time.
            await().until(() -> node.status(execution.getExecutionId()).equals("STOPPING"));
            node.repository.thisNode().resume();

            node.end(execution, end);

            assertThat(node.repository.thisNode().claimRestarts()).isEmpty();
            assertThat(planned(node, execution)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void restartsWhatFailedBecauseTheDatabaseWasAway(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.patient(database, Patience.GUARD);
        JobExecutionImpl execution = node.run(job, MONTH);
        StepExecutionImpl step = node.step(execution, "load");
        node.commit(execution, step, new Chunk(10, 0, "10"));
        step.setException(new IllegalStateException(new SQLException("the database is away", "08006")));
        database.watched().goesAway();
        Thread end = new Thread(() -> {
            node.end(step, BatchStatus.FAILED);
            node.end(execution, BatchStatus.FAILED);
        });
        end.start();
        await("it waits for the database").until(() -> end.getState() == Thread.State.TIMED_WAITING);

        database.watched().comesBack();
        end.join(Patience.GUARD.toMillis());

        assertThat(database.row("select STATUS from BATCH_JOB_EXECUTION")).isEqualTo("FAILED");
        assertThat(message(node, execution)).startsWith("A database was away while it ran. It is restarted.");
        assertThat(node.repository.thisNode().claimRestarts()).hasSize(1);
    }

    /** Also if the database was away before, and what it had to be told was told. */
    @ParameterizedTest
    @EnumSource
    void leavesAnOrdinaryFailureToAPerson(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.patient(database, Patience.GUARD);
        JobExecutionImpl execution = node.run(job, MONTH);
        StepExecutionImpl step = node.step(execution, "load");
        step.setException(new IllegalStateException("broken"));
        database.watched().goesAway();
        Thread end = new Thread(() -> node.end(step, BatchStatus.FAILED));
        end.start();
        await("it waits for the database").until(() -> end.getState() == Thread.State.TIMED_WAITING);
        database.watched().comesBack();
        end.join(Patience.GUARD.toMillis());
        node.end(execution, BatchStatus.FAILED);

        assertThat(node.repository.thisNode().claimRestarts()).isEmpty();
    }

    /** As recovery does it, through the engine. */
    private JobExecutionImpl recover(TestNode node, DueRestart due) {
        List<JobExecutionImpl> restarted = new ArrayList<>();
        node.repository.launching().recover(due, new Properties(), given -> {
            restarted.add(node.running(node.restart(due.executionId(), job, given)));
            return restarted.get(0).getExecutionId();
        });
        return restarted.get(0);
    }

    /** Another node of the same application, which knows the job; the dead one has been silent for a lease. */
    private TestNode survivor(TestNode dead) {
        TestNode other =
                dead.other("node-" + (Integer.parseInt(dead.identity.name().substring(5)) + 1));
        other.repository.addJob(new ApplicationAndJobName("", job.getId()), job);
        dead.leaseExpires();
        return other;
    }

    private static String message(TestNode node, JobExecutionImpl execution) {
        return node.database.row(
                "select EXIT_MESSAGE from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?", execution.getExecutionId());
    }

    private static String recoveries(TestNode node, JobExecutionImpl execution) {
        return node.database.row(
                "select REPRISE_RECOVERIES from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?",
                execution.getExecutionId());
    }

    private static List<String> planned(TestNode node, JobExecutionImpl execution) {
        return node.database.rows(
                "select ATTEMPT from REPRISE_RESTART where JOB_EXECUTION_ID = ?", execution.getExecutionId());
    }
}
