package dev.reprise.internal.firing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.schedule.JobSchedule;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** When the schedules of a deployment are looked at; by the clock of the database, as it is. */
class FiringTest {

    /** The 29th of February. */
    private static final String SELDOM = "\"cron\": \"0 3 29 2 *\"";

    private static Firing firing(Night night, BooleanSupplier mayLaunch, JobSchedule... schedules) {
        return new Firing(
                night.batch.repository(),
                () -> new DeployedSchedules(List.of(), job -> Night.LOADER, List.of(schedules)),
                job -> Night.LOADER,
                mayLaunch);
    }

    /** What is due meanwhile is not left for an hour. */
    @Test
    void whoIsCalledDuringALookLooksOnceMore() throws Exception {
        try (Night night = Night.on(Kind.H2)) {
            AtomicInteger looks = new AtomicInteger();
            CountDownLatch looking = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            try (Firing firing = firing(
                    night,
                    () -> {
                        if (looks.incrementAndGet() == 1) {
                            looking.countDown();
                            passed(goOn);
                        }
                        return true;
                    },
                    Night.schedule("report", SELDOM))) {
                firing.wake();
                passed(looking);
                firing.wake();
                goOn.countDown();

                await().timeout(Patience.GUARD).until(() -> looks.get() == 2);
            }
        }
    }

    /** Between two schedules, of which both are due. */
    @Test
    void whatMayNotLaunchAnyMoreEndsItsLookAndGoesOnWhenItIsCalled() throws Exception {
        try (Night night = Night.on(Kind.H2)) {
            String minutely = "\"cron\": \"* * * * *\", \"format\": \"uuuu-MM-dd'T'HH:mm\", \"overlap\": \"allow\"";
            JobSchedule[] both = {Night.schedule("mail", minutely), Night.schedule("report", minutely)};
            night.deployed(Instant.now().minus(2, ChronoUnit.MINUTES).toString(), both);
            AtomicBoolean resumed = new AtomicBoolean();
            CountDownLatch suspended = new CountDownLatch(1);
            String jobs = "select distinct JOB_NAME from REPRISE_TICK order by JOB_NAME";
            try (Firing firing = firing(
                    night,
                    () -> {
                        boolean may = resumed.get() || night.rows(jobs).isEmpty();
                        if (!may) {
                            suspended.countDown();
                        }
                        return may;
                    },
                    both)) {
                firing.wake();
                passed(suspended);
                assertThat(night.rows(jobs)).hasSize(1);
                resumed.set(true);
                firing.wake();

                await().timeout(Patience.GUARD).until(() -> night.rows(jobs).size() == 2);
            }
            night.awaitEnds();
        }
    }

    private static void passed(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
