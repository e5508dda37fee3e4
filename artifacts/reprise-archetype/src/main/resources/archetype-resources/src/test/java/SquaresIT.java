package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.io.File;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The WAR as it is built, on a WildFly. */
@ExtendWith(ArquillianExtension.class)
class SquaresIT {

    @Inject
    private JobLauncher launcher;

    @Deployment
    static WebArchive war() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("war")));
    }

    @Test
    void runsOnceForADay() throws Exception {
        LaunchRequest day = LaunchRequest.of("squares").with("day", "2026-03-01");

        assertEquals(BatchStatus.COMPLETED, launcher.run(day).getBatchStatus());
        assertThrows(LaunchRefusedException.class, () -> launcher.run(day));
    }
}
