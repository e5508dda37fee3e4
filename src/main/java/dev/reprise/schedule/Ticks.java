package dev.reprise.schedule;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The ticks of a schedule. Each local time of its cron expression is one, whatever clocks do: one that does not exist is due
 * when clocks have passed it, one that exists twice the first time. Functions of their arguments; thread-safe. No search goes
 * further than {@value #HORIZON} days, which has a 29 February in it even around 2100.
 */
public final class Ticks {

    static final int HORIZON = 3_000;

    private final Cron cron;
    private final ZoneId zone;
    private final TickName name;
    private final SortedMap<String, String> fixed;
    private final @Nullable WorkCalendar calendar;
    private final JobSchedule.Otherwise otherwise;

    Ticks(
            Cron cron,
            ZoneId zone,
            TickName name,
            SortedMap<String, String> fixed,
            @Nullable WorkCalendar calendar,
            JobSchedule.Otherwise otherwise) {
        this.cron = cron;
        this.zone = zone;
        this.name = name;
        this.fixed = fixed;
        this.calendar = calendar;
        this.otherwise = otherwise;
    }

    /** The first to be launched after a moment; empty if there is none within {@value #HORIZON} days. */
    public Optional<Tick> next(Instant after) {
        LocalDate first = firstDay(after);
        for (int far = 0; far < HORIZON; far++) {
            List<Place> found = new ArrayList<>();
            addPlaces(first.plusDays(far), place -> place.runs() && place.due().isAfter(after), found);
            if (!found.isEmpty()) {
                Instant due = Collections.min(found).due();
                List<Place> until = collect(
                        first,
                        lastDay(due),
                        place -> place.runs()
                                && place.due().isAfter(after)
                                && !place.due().isAfter(due));
                return Optional.of(tick(until.get(0)));
            }
        }
        return Optional.empty();
    }

    /** The last to be launched up to a moment, which may be its own; empty if there is none within {@value #HORIZON} days. */
    public Optional<Tick> last(Instant until) {
        LocalDate last = lastDay(until);
        for (int far = 0; far < HORIZON; far++) {
            List<Place> found = new ArrayList<>();
            addPlaces(last.minusDays(far), place -> place.runs() && !place.due().isAfter(until), found);
            if (!found.isEmpty()) {
                Instant due = Collections.max(found).due();
                List<Place> since = collect(
                        firstDay(due),
                        last,
                        place -> place.runs()
                                && !place.due().isBefore(due)
                                && !place.due().isAfter(until));
                return Optional.of(tick(since.get(since.size() - 1)));
            }
        }
        return Optional.empty();
    }

    /**
     * Those that are due after one moment and up to another, in order, those that are off included; at most those of
     * {@value #HORIZON} days.
     */
    public List<Tick> within(Instant after, Instant until) {
        return ticks(collect(
                firstDay(after),
                lastDay(until),
                place -> place.due().isAfter(after) && !place.due().isAfter(until)));
    }

    /**
     * Those that are to be looked at between two moments: their nominal time or the time at which they are due has come since,
     * whatever the calendar said of them before. In order, those that are off included; at most those of {@value #HORIZON}
     * days.
     */
    public List<Tick> arising(Instant after, Instant until) {
        return ticks(collect(firstDay(after), lastDay(until), place -> {
            Instant nominal = instant(place.nominal());
            return (nominal.isAfter(after) || place.due().isAfter(after))
                    && !(nominal.isAfter(until) && place.due().isAfter(until));
        }));
    }

    /**
     * Those with nominal times from one to another, both included, in the order of these.
     *
     * @param most how many at most, the earliest ones
     */
    public List<Tick> named(LocalDateTime from, LocalDateTime to, int most) {
        List<Place> places = new ArrayList<>();
        for (LocalDate day = from.toLocalDate();
                !day.isAfter(to.toLocalDate()) && places.size() < most;
                day = day.plusDays(1)) {
            addPlaces(
                    day,
                    place -> !place.nominal().isBefore(from) && !place.nominal().isAfter(to),
                    places);
        }
        return ticks(places.subList(0, Math.min(most, places.size())));
    }

    /** The earliest nominal time that {@link #arising} gives for a moment: what is recorded of ticks since then has to be known. */
    public LocalDateTime earliestArising(Instant after) {
        return firstDay(after).atStartOfDay();
    }

    /** The tick of a nominal time, whether or not the schedule has it. */
    public Tick of(LocalDateTime nominal) {
        Optional<LocalDate> day = dayOf(nominal.toLocalDate());
        return tick(new Place(
                nominal, instant(day.map(on -> on.atTime(nominal.toLocalTime())).orElse(nominal)), day.isPresent()));
    }

    /** Whether the schedule has a tick of this nominal time; none before 1970 or after 9999. */
    public boolean has(LocalDateTime nominal) {
        return Backfill.isOfOurYears(nominal)
                && cron.isOn(nominal.toLocalDate())
                && cron.times().contains(nominal.toLocalTime());
    }

    /** The first nominal times from a day on: all of its first two days, and the first of each day after. */
    List<LocalDateTime> sample(LocalDate from) {
        List<LocalDateTime> sample = new ArrayList<>();
        int days = 0;
        for (int day = 0; day < HORIZON; day++) {
            LocalDate date = from.plusDays(day);
            if (cron.isOn(date)) {
                List<LocalTime> times = days < 2 ? cron.times() : cron.times().subList(0, 1);
                times.forEach(time -> sample.add(date.atTime(time)));
                days++;
            }
        }
        return sample;
    }

    /** On which day the ticks of a day are due. */
    private Optional<LocalDate> dayOf(LocalDate nominal) {
        WorkCalendar days = calendar;
        if (days == null || days.has(nominal)) {
            return Optional.of(nominal);
        }
        return switch (otherwise) {
            case SKIP -> Optional.empty();
            case NEXT -> days.nearest(nominal, 1);
            case PREVIOUS -> days.nearest(nominal, -1);
        };
    }

    private List<Tick> ticks(List<Place> places) {
        return places.stream().map(this::tick).toList();
    }

    private Tick tick(Place place) {
        SortedMap<String, String> parameters = new TreeMap<>(fixed);
        parameters.put(name.parameter(), name.of(place.nominal()));
        return new Tick(
                place.nominal(),
                place.due(),
                place.runs()
                        ? Optional.empty()
                        : Optional.of(offBecause(place.nominal().toLocalDate())),
                parameters);
    }

    private String offBecause(LocalDate day) {
        return day + " is not in calendar '" + (calendar == null ? "" : calendar.name()) + "'"
                + (otherwise == JobSchedule.Otherwise.SKIP ? "" : ", nor is any day within a year of it");
    }

    /** When clocks first show this time or a later one. */
    private Instant instant(LocalDateTime local) {
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        return change != null && change.isGap()
                ? change.getInstant()
                : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
    }

    /** The first day of which a tick can be due after this moment, or come up then. */
    private LocalDate firstDay(Instant after) {
        LocalDate day = after.atZone(zone).toLocalDate();
        WorkCalendar days = calendar;
        if (days == null || otherwise != JobSchedule.Otherwise.NEXT) {
            return day;
        }
        return days.nearest(day.minusDays(1), -1).map(on -> on.plusDays(1)).orElse(day);
    }

    /** The last day of which a tick can be due up to this moment. */
    private LocalDate lastDay(Instant until) {
        LocalDateTime local = LocalDateTime.ofInstant(until, zone);
        ZoneOffsetTransition change = zone.getRules().previousTransition(until.plusNanos(1));
        LocalDate day = (change != null && change.getDateTimeBefore().isAfter(local)
                        ? change.getDateTimeBefore()
                        : local)
                .toLocalDate();
        WorkCalendar days = calendar;
        if (days == null || otherwise != JobSchedule.Otherwise.PREVIOUS) {
            return day;
        }
        return days.nearest(day.plusDays(1), 1).map(on -> on.minusDays(1)).orElse(day);
    }

    private List<Place> collect(LocalDate first, LocalDate last, Predicate<Place> wanted) {
        List<Place> places = new ArrayList<>();
        LocalDate end = last.isAfter(first.plusDays(HORIZON)) ? first.plusDays(HORIZON) : last;
        for (LocalDate day = first; !day.isAfter(end); day = day.plusDays(1)) {
            addPlaces(day, wanted, places);
        }
        Collections.sort(places);
        return places;
    }

    private void addPlaces(LocalDate nominal, Predicate<Place> wanted, List<Place> places) {
        if (!cron.isOn(nominal)) {
            return;
        }
        Optional<LocalDate> day = dayOf(nominal);
        for (LocalTime time : cron.times()) {
            Place place =
                    new Place(nominal.atTime(time), instant(day.orElse(nominal).atTime(time)), day.isPresent());
            if (wanted.test(place)) {
                places.add(place);
            }
        }
    }

    /** A tick without its name. */
    private record Place(LocalDateTime nominal, Instant due, boolean runs) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::due).thenComparing(Place::nominal);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }
}
