package dev.reprise.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read, and what is said of what cannot be. */
class ScheduleFileTest {

    @Test
    void hasDefaults() {
        JobSchedule schedule = ScheduleFiles.report("");

        assertThat(schedule.catchUp()).isEqualTo(JobSchedule.CatchUp.LAST);
        assertThat(schedule.catchUpWindow()).isEqualTo(Duration.ofDays(7));
        assertThat(schedule.overlap()).isEqualTo(JobSchedule.Overlap.WAIT);
        assertThat(schedule.after()).isEmpty();
        assertThat(JobSchedule.find("another", new ScheduleFiles())).isEmpty();
        assertThat(JobSchedule.find("../report", new ScheduleFiles())).isEmpty();
    }

    @Test
    void saysAllThatIsWrongAndWhere() {
        assertThat(faults(Map.of("report.schedule.json", """
                        {
                          "cron": "0 25 * * *",
                          "zone": "Europe/Berln",
                          "parameters": {
                            "region": null
                          },
                          "overlapp": "wait",
                          "catchUp": "first",
                          "catchUpWindow": "-P1D",
                          "after": [
                            "report"
                          ],
                          "calendar": "w"
                        }""", "w.calendar.json", """
                        {
                          "days": ["MONDAY"],
                          "except": ["2026-12-25", "2026-02-30"]
                        }""")))
                .isEqualTo("""
                        META-INF/batch-jobs/report.schedule.json:1: 'parameter' is missing. Write "cron": "30 22 * * *", "zone": "Asia/Seoul", "parameter": "day".
                        META-INF/batch-jobs/report.schedule.json:2: 'cron' is '0 25 * * *': '25' is no hour (0-23). Write *, numbers, ranges like 1-5 or steps like */15, with commas between them.
                        META-INF/batch-jobs/report.schedule.json:3: 'zone' is 'Europe/Berln': there is no such zone. Write an IANA zone like Asia/Seoul or UTC.
                        META-INF/batch-jobs/report.schedule.json:5: parameter 'region' is null. Write a text, a number, true or false.
                        META-INF/batch-jobs/report.schedule.json:7: there is no 'overlapp'. Did you mean 'overlap'?
                        META-INF/batch-jobs/report.schedule.json:8: 'catchUp' is 'first'. Write one of all, last, none.
                        META-INF/batch-jobs/report.schedule.json:9: 'catchUpWindow' is '-P1D'. Write a span of time like PT90M, PT12H or P7D.
                        META-INF/batch-jobs/report.schedule.json:11: 'after' is 'report': a job cannot come after itself. Leave it out; 'overlap' says how its ticks go together.
                        META-INF/batch-jobs/w.calendar.json:3: 'except' is '2026-02-30'. Write dates like 2026-12-25.""");
    }

    @Test
    void readsNothingButOneObject() {
        assertThat(faults(Map.of("report.schedule.json", "{\n  \"cron\": 1,\n  \"cron\": 2\n}")))
                .isEqualTo(
                        "META-INF/batch-jobs/report.schedule.json:3: it is not JSON: Duplicate field 'cron'. Mend it.");
        assertThat(faults(Map.of("report.schedule.json", "[]"))).contains(":1: it is not a JSON object");
        assertThat(faults(Map.of("report.schedule.json", ""))).contains(":1: it is not a JSON object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"cron\": \"@daily\" | it has 1 field. Write five",
                "\"cron\": \"0 0 3 * * *\" | it has 6 fields. Write five",
                "\"cron\": \"0 3 L * *\" | 'L' is no day of the month (1-31)",
                "\"cron\": \"0 3 ? * 1\" | '?' is no day of the month (1-31)",
                "\"cron\": \"0 22-2 * * *\" | the range '22-2' ends before it begins. Write it as two, like '22-23,0-2' for hours",
                "\"cron\": \"5/10 * * * *\" | '5/10' is a step without a range. Write '5-59/10', or '*/10'",
                "\"cron\": \"*/0 * * * *\" | '*/0' is no minute (0-59)",
                "\"cron\": \"0 3 30 2 *\" | and there is no such day",
                "\"cron\": \"0 3 * * *\", \"format\": \"YYYY-MM-dd\" | Y is the year of the week",
                "\"cron\": \"0 3 * * *\", \"format\": \"uuuu-MM-ddXXX\" | asks for more than a local time has",
                "\"cron\": \"0 3,4 * * *\", \"format\": \"uuuu-MM-dd\" | 2024-01-01T03:00 and 2024-01-01T04:00 are both called '2024-01-01'",
                "\"cron\": \"0 3 * * *\", \"format\": \"HHmm\" | are both called '0300'",
                "\"cron\": \"0 3 * * *\", \"offset\": \"-P1M\" | 2024-03-29T03:00 and 2024-03-30T03:00 are both called '2024-02-29'",
                "\"otherwise\": \"next\" | 'otherwise' is without effect where there is no 'calendar'",
                "\"calendar\": \"none\" | there is no META-INF/batch-jobs/none.calendar.json",
                "\"parameters\": {\"day\": 1} | parameter 'day' gets the tick. Leave it out here",
                "\"cron\": \"* * * * *\", \"catchUpWindow\": \"P30D\" | goes back up to 44640 ticks. Write a shorter one, of at most 12 days",
                "\"parameter\": \"-day\" | no identifying parameter is called so",
                "\"startBy\": \"soon\" | Write a time of day like 06:00",
            })
    void refuses(String lines, String expected) {
        assertThatThrownBy(() -> ScheduleFiles.report(lines))
                .isInstanceOf(InvalidScheduleException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void wantsWhatTheJobTakes() {
        ScheduleFiles files = new ScheduleFiles().with("report.schema.json", """
                {"type": "object", "properties": {
                   "day": {"type": "string", "format": "date"}, "note": {"type": "string", "x-identifying": false}},
                 "required": ["day"]}""");

        assertThatThrownBy(() -> files.schedule("report", "\"parameters\": {\"dya\": \"x\"}"))
                .hasMessageContaining(
                        "a launch with the parameters of a tick, such as {day=2024-01-01, dya=x}, would be refused: dya: is unknown");
        assertThatThrownBy(() ->
                        files.schedule("report", "\"parameter\": \"note\", \"parameters\": {\"day\": \"2026-01-01\"}"))
                .hasMessageContaining("'parameter' is 'note', which does not identify a run");
        assertThatThrownBy(() -> files.schedule("report", "\"cron\": \"0 * * * *\""))
                .hasMessageContaining("day: '2024-01-01T00:00' is not a date like 2001-01-31");
        assertThat(files.schedule("report", "")).isNotNull();
    }

    /** A file in an application is no place for it, and what is said of it least of all. */
    @Test
    void takesNoSecret() {
        ScheduleFiles files = new ScheduleFiles().with("report.schema.json", """
                {"type": "object", "properties": {
                   "day": {"type": "string"}, "password": {"type": "string", "writeOnly": true},
                   "n": {"type": "integer", "x-identifying": false}}}""");

        assertThatThrownBy(
                        () -> files.schedule("report", "\"parameters\": {\"password\": \"s3cr3t\", \"n\": \"many\"}"))
                .hasMessageContaining(
                        "report.schedule.json:1: parameter 'password' is a secret, and this file is open to")
                .message()
                .doesNotContain("s3cr3t");
    }

    private static String faults(Map<String, String> files) {
        ScheduleFiles application = new ScheduleFiles();
        files.forEach(application::with);
        InvalidScheduleException invalid =
                catchThrowableOfType(InvalidScheduleException.class, () -> JobSchedule.find("report", application));
        return String.join(
                "\n",
                invalid.faults().stream()
                        .map(InvalidScheduleException.Fault::toString)
                        .toList());
    }
}
