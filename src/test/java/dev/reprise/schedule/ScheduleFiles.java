package dev.reprise.schedule;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An application that has the files of a test, beside those of a job {@code import}. */
public final class ScheduleFiles extends ClassLoader {

    private final Map<String, String> files = new HashMap<>();

    public ScheduleFiles with(String file, String text) {
        files.put(JobSchedule.FOLDER + file, text);
        return this;
    }

    /** The schedule of the job {@code report}, of which only these lines are of interest; one that runs daily by default. */
    public static JobSchedule report(String lines) {
        return new ScheduleFiles().schedule("report", lines);
    }

    /** The same among other files. */
    public JobSchedule schedule(String job, String lines) {
        String rest = lines.contains("\"cron\"") ? "" : "\"cron\": \"0 3 * * *\", ";
        String zone = lines.contains("\"zone\"") ? "" : "\"zone\": \"UTC\", ";
        String parameter = lines.contains("\"parameter\"") ? "" : "\"parameter\": \"day\"";
        String comma = lines.isBlank() || parameter.isEmpty() ? "" : ", ";
        with(job + JobSchedule.FILE, "{" + rest + zone + parameter + comma + lines + "}");
        return JobSchedule.find(job, this).orElseThrow();
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        String text = files.get(name);
        return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
