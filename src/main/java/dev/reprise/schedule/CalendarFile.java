package dev.reprise.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads a file of dates: the days of the week on which there is work, those on which there is none, and those on which there is. */
final class CalendarFile {

    private static final String DATE = "Write dates like 2026-12-25";

    private final String name;
    private final JsonFile json;

    CalendarFile(String name, String file, String text) {
        this.name = name;
        this.json = new JsonFile(file, text);
    }

    WorkCalendar read() {
        json.knowOnly(Set.of("days", "except", "also"));
        List<DayOfWeek> days = json.node("days").isMissingNode()
                ? List.of(DayOfWeek.values())
                : json.readAll(
                        "days",
                        "Write days of the week like \"MONDAY\"",
                        text -> DayOfWeek.valueOf(text.toUpperCase(Locale.ROOT)));
        Set<LocalDate> except = Set.copyOf(json.readAll("except", DATE, LocalDate::parse));
        List<LocalDate> also = json.readAll("also", DATE, LocalDate::parse);
        also.stream()
                .filter(except::contains)
                .forEach(date -> json.fault("/also", date + " is in 'except' and in 'also'. Write it in one of them"));
        if (json.isGood() && days.isEmpty() && also.isEmpty()) {
            json.fault("/days", "there is no day in it. Write days of the week, or dates in 'also'");
        }
        json.requireGood();
        return new WorkCalendar(name, Set.copyOf(days), except, Set.copyOf(also));
    }
}
