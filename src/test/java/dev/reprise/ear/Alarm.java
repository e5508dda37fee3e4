package dev.reprise.ear;

import dev.reprise.launch.JobLauncher;
import jakarta.annotation.Resource;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Timeout;
import jakarta.ejb.Timer;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Launches on the thread of an EJB timer, in one of two ways. */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class Alarm {

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    @Resource
    private TimerService timers;

    @Inject
    private JobLauncher launcher;

    /**
     * What came of a launch when the timer rang.
     *
     * @param plainly whether by {@code JobOperator.start}
     */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED) // a timer begins with its transaction's end
    public String ring(String job, String day, boolean plainly) throws InterruptedException {
        timers.createSingleActionTimer(1, new TimerConfig(job + " " + day + " " + plainly, false));
        return String.valueOf(answers.poll(10, TimeUnit.MINUTES));
    }

    @Timeout
    void rings(Timer timer) {
        String[] what = ((String) timer.getInfo()).split(" ", -1);
        try {
            answers.add(what[2].equals("true") ? plainly(what[0], what[1]) : launched(what[0], what[1]));
        } catch (RuntimeException e) {
            answers.add(e.toString());
        }
    }

    private static String plainly(String job, String day) {
        Properties properties = new Properties();
        properties.setProperty("day", day);
        return String.valueOf(BatchRuntime.getJobOperator().start(job, properties));
    }

    private String launched(String job, String day) {
        return String.valueOf(launcher.run(job, Map.of("day", day)).getBatchStatus());
    }
}
