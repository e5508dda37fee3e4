package dev.reprise.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reprise.identity.JobParameter;
import dev.reprise.parameters.InvalidSchemaException;
import dev.reprise.parameters.ParameterSchema;
import dev.reprise.parameters.ParameterSchema.Resolution;
import dev.reprise.schedule.JobSchedule.CatchUp;
import dev.reprise.schedule.JobSchedule.Otherwise;
import dev.reprise.schedule.JobSchedule.Overlap;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the schedule of a job, and says all that is wrong with it. */
final class ScheduleFile {

    private static final Set<String> KEYS = Set.of(
            "cron",
            "zone",
            "parameter",
            "format",
            "offset",
            "parameters",
            "calendar",
            "otherwise",
            "catchUp",
            "catchUpWindow",
            "overlap",
            "after",
            "startBy",
            "endBy",
            "maxDuration");

    /** From where on ticks are tried; they repeat themselves after 28 years at the latest. */
    private static final LocalDate SAMPLE_FROM = LocalDate.of(2024, 1, 1);

    /** How many missed ticks are looked at one by one. */
    private static final int MOST_MISSED = 20_000;

    private static final String SPAN = "Write a span of time like PT90M, PT12H or P7D";
    private static final String DEADLINE =
            "Write a time of day like 06:00, or a span of time after the tick like PT30M";

    private final String job;
    private final ClassLoader application;
    private final JsonFile json;

    ScheduleFile(String job, String text, ClassLoader application) {
        this.job = job;
        this.application = application;
        this.json = new JsonFile(job + JobSchedule.FILE, text);
    }

    /** @throws InvalidScheduleException with all faults */
    JobSchedule read() {
        json.knowOnly(KEYS);
        for (String key : List.of("cron", "zone", "parameter")) {
            if (json.node(key).isMissingNode()) {
                json.fault(
                        "",
                        "'" + key + "' is missing. Write \"cron\": \"30 22 * * *\", \"zone\": \"Asia/Seoul\", "
                                + "\"parameter\": \"day\"");
            }
        }
        Cron cron = json.read("cron", "Write five fields like '30 22 * * *'", Cron::of);
        ZoneId zone = json.read("zone", "Write an IANA zone like Asia/Seoul or UTC", ScheduleFile::zone);
        TickName name = name(cron);
        SortedMap<String, String> fixed = fixed();
        WorkCalendar calendar = json.read("calendar", "Write the name of a file of dates beside it", this::calendar);
        Otherwise otherwise = choice("otherwise", Otherwise.class, Otherwise.SKIP);
        if (json.node("calendar").isMissingNode() && !json.node("otherwise").isMissingNode()) {
            json.fault(
                    "/otherwise",
                    "'otherwise' is without effect where there is no 'calendar'. Name one, or leave it out");
        }
        CatchUp catchUp = choice("catchUp", CatchUp.class, CatchUp.LAST);
        Overlap overlap = choice("overlap", Overlap.class, Overlap.WAIT);
        Duration window = json.read("catchUpWindow", SPAN, ScheduleFile::span);
        Duration catchUpWindow = window == null ? Duration.ofDays(7) : window;
        List<String> after = json.readAll("after", "Write a list of jobs like [\"import\"]", this::predecessor);
        Deadline startBy = json.read("startBy", DEADLINE, ScheduleFile::deadline);
        Deadline endBy = json.read("endBy", DEADLINE, ScheduleFile::deadline);
        Duration maxDuration = json.read("maxDuration", SPAN, ScheduleFile::span);
        if (cron == null || zone == null || name == null) {
            json.requireGood();
            throw new IllegalStateException("Nothing was found to be wrong with " + job);
        }
        Ticks ticks = new Ticks(cron, zone, name, fixed, calendar, otherwise);
        if (json.isGood()) {
            checkNames(ticks, name);
            checkWindow(cron, catchUpWindow);
        }
        json.requireGood();
        return new JobSchedule(
                job,
                text("cron"),
                zone,
                String.join(" | ", text("cron"), zone.getId(), name.parameter(), text("format"), text("offset")),
                catchUp,
                catchUpWindow,
                overlap,
                after,
                Optional.ofNullable(startBy),
                Optional.ofNullable(endBy),
                Optional.ofNullable(maxDuration),
                ticks);
    }

    private String text(String key) {
        return json.node(key).asText("");
    }

    private static ZoneId zone(String text) {
        if (!ZoneId.getAvailableZoneIds().contains(text)) {
            throw new JsonFile.Refused("there is no such zone. Write an IANA zone like Asia/Seoul or UTC");
        }
        return ZoneId.of(text);
    }

    private @Nullable TickName name(@Nullable Cron cron) {
        String parameter = json.read("parameter", "Write the name of the job's parameter that gets the tick", text -> {
            if (text.isBlank() || text.startsWith("-") || text.startsWith("jberet.")) {
                throw new JsonFile.Refused("no identifying parameter is called so. Write its name alone, like 'day'");
            }
            return text;
        });
        Offset read = json.read("offset", "Write how far back the data lies, like -P1D or -PT1H", Offset::of);
        Offset offset = read == null ? Offset.NONE : read;
        String byDefault = cron == null || cron.times().size() == 1 ? "uuuu-MM-dd" : "uuuu-MM-dd'T'HH:mm";
        TickName name = json.node("format").isMissingNode()
                ? new TickName("", byDefault, offset.days(), offset.time())
                : json.read("format", "Write letters of java.time's DateTimeFormatter, like uuuu-MM-dd", text -> {
                    if (text.contains("Y") && !text.contains("w")) {
                        throw new JsonFile.Refused(
                                "Y is the year of the week, another one around New Year. Write uuuu");
                    }
                    return new TickName("", text, offset.days(), offset.time());
                });
        return parameter == null || name == null ? null : name.as(parameter);
    }

    private SortedMap<String, String> fixed() {
        SortedMap<String, String> fixed = new TreeMap<>();
        JsonNode given = json.node("parameters");
        if (!given.isMissingNode() && !given.isObject()) {
            json.fault("/parameters", "'parameters' is " + given + ". Write an object like {\"region\": \"north\"}");
        }
        given.properties().forEach(entry -> {
            String at = "/parameters/" + entry.getKey();
            if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                json.fault(
                        at,
                        "parameter '" + entry.getKey() + "' is " + entry.getValue()
                                + ". Write a text, a number, true or false");
            } else if (entry.getKey().equals(text("parameter"))) {
                json.fault(at, "parameter '" + entry.getKey() + "' gets the tick. Leave it out here");
            } else {
                fixed.put(entry.getKey(), entry.getValue().asText());
            }
        });
        return fixed;
    }

    private <E extends Enum<E>> E choice(String key, Class<E> type, E byDefault) {
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        E read = json.read(key, "Write one of " + String.join(", ", words), text -> {
            if (!words.contains(text)) {
                throw new IllegalArgumentException(text);
            }
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        });
        return read == null ? byDefault : read;
    }

    private String predecessor(String other) {
        if (other.equals(job)) {
            throw new JsonFile.Refused(
                    "a job cannot come after itself. Leave it out; 'overlap' says how its ticks go together");
        }
        return other;
    }

    private static Duration span(String text) {
        Duration span = Duration.parse(text);
        if (span.isNegative() || span.isZero()) {
            throw new IllegalArgumentException(text);
        }
        return span;
    }

    private static Deadline deadline(String text) {
        return text.startsWith("P")
                ? new Deadline(Optional.empty(), span(text))
                : new Deadline(Optional.of(LocalTime.parse(text)), Duration.ZERO);
    }

    private WorkCalendar calendar(String name) {
        String file = name + ".calendar.json";
        String text = JobSchedule.text(file, application)
                .orElseThrow(() -> new JsonFile.Refused("there is no " + JobSchedule.FOLDER + file
                        + ". Write it, like {\"days\": [\"MONDAY\", \"FRIDAY\"], \"except\": [\"2026-12-25\"]}"));
        try {
            return new CalendarFile(name, file, text).read();
        } catch (InvalidScheduleException e) {
            json.addAll(e.faults());
            return new WorkCalendar(name, Set.of(DayOfWeek.values()), Set.of(), Set.of());
        }
    }

    /** Two ticks of one name would be one run, and a name that the job refuses would be none. */
    private void checkNames(Ticks ticks, TickName name) {
        List<LocalDateTime> sample = ticks.sample(SAMPLE_FROM);
        if (sample.isEmpty()) {
            json.fault("/cron", "'cron' is '" + text("cron") + "', and there is no such day. Correct day and month");
            return;
        }
        Map<String, LocalDateTime> names = new HashMap<>();
        for (LocalDateTime nominal : sample) {
            LocalDateTime other;
            try {
                other = names.put(name.of(nominal), nominal);
            } catch (DateTimeException e) {
                json.fault(
                        "/format",
                        "'format' is '" + text("format") + "', which asks for more than a local time has: "
                                + e.getMessage() + ". Leave out zone and offset");
                return;
            }
            if (other != null) {
                json.fault(
                        json.node("format").isMissingNode() ? "/offset" : "/format",
                        "the ticks of " + other + " and " + nominal + " are both called '" + name.of(nominal)
                                + "', and so would be one run. Write a format and an offset by which they differ, like "
                                + "uuuu-MM-dd'T'HH:mm");
                return;
            }
        }
        checkParameters(ticks.of(sample.get(0)), name);
    }

    private void checkParameters(Tick tick, TickName name) {
        Optional<ParameterSchema> schema;
        try {
            schema = ParameterSchema.find(job, application);
        } catch (InvalidSchemaException e) {
            return; // which is a fault of that file
        }
        if (schema.isEmpty()) {
            return;
        }
        Resolution resolution = schema.get().resolve(tick.parameters());
        Map<String, JobParameter> parameters = resolution.parameters().byName();
        List<String> secrets = tick.parameters().keySet().stream()
                .filter(each ->
                        parameters.containsKey(each) && parameters.get(each).secret())
                .toList();
        secrets.forEach(secret -> json.fault(
                secret.equals(name.parameter()) ? "/parameter" : "/parameters/" + secret,
                "parameter '" + secret + "' is a secret, and this file is open to whoever has the application. Leave it"
                        + " out, and let the job get it from where the server keeps its secrets"));
        if (!secrets.isEmpty()) {
            return;
        }
        resolution
                .faults()
                .forEach(fault -> json.fault(
                        fault.parameter().equals(name.parameter()) ? "/parameter" : "/parameters/" + fault.parameter(),
                        "a launch with the parameters of a tick, such as " + tick.parameters() + ", would be refused: "
                                + fault + ". Correct that here or in " + job + ".schema.json"));
        JobParameter named = parameters.get(name.parameter());
        if (named != null && !named.identifying()) {
            json.fault(
                    "/parameter",
                    "'parameter' is '" + name.parameter()
                            + "', which does not identify a run, so that all ticks would be one. Name another, or let it identify in "
                            + job + ".schema.json");
        }
    }

    private void checkWindow(Cron cron, Duration window) {
        long most = (long) cron.times().size() * (window.toDays() + 1);
        if (window.compareTo(Duration.ofDays(366)) > 0 || most > MOST_MISSED) {
            json.fault(
                    "/catchUpWindow",
                    "'catchUpWindow' goes back up to " + most + " ticks. Write a shorter one, of at most "
                            + Math.min(366, MOST_MISSED / cron.times().size() - 1) + " days");
        }
    }

    /** Days and time of an ISO span such as {@code -P1D}, {@code PT1H} or {@code -P1DT2H}. */
    private record Offset(Period days, Duration time) {

        static final Offset NONE = new Offset(Period.ZERO, Duration.ZERO);

        static Offset of(String text) {
            boolean minus = text.startsWith("-");
            String span = minus ? text.substring(1) : text;
            int at = span.indexOf('T');
            Period days = at == 1 ? Period.ZERO : Period.parse(at < 0 ? span : span.substring(0, at));
            Duration time = at < 0 ? Duration.ZERO : Duration.parse("P" + span.substring(at));
            return new Offset(minus ? days.negated() : days, minus ? time.negated() : time);
        }
    }
}
