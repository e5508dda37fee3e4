package dev.reprise.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * The five fields of cron: minute, hour, day of the month, month and day of the week, as lists of {@code *}, numbers, ranges
 * and steps of these; months and days of the week also by the first three letters of their English names, 0 and 7 being
 * Sunday. Where both day fields are restricted, a day of either will do (crontab(5)); a field that begins with {@code *} is
 * not. Knows local times alone.
 */
final class Cron {

    private static final List<String> FORMS =
            List.of("minute (0-59)", "hour (0-23)", "day of the month (1-31)", "month (1-12)", "day of the week (0-7)");

    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    private final List<LocalTime> times;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean either;

    private Cron(List<LocalTime> times, BitSet daysOfMonth, BitSet months, BitSet daysOfWeek, boolean either) {
        this.times = times;
        this.daysOfMonth = daysOfMonth;
        this.months = months;
        this.daysOfWeek = daysOfWeek;
        this.either = either;
    }

    /** @throws JsonFile.Refused with what is wrong and what to write, for people */
    static Cron of(String expression) {
        String[] fields = expression.strip().split("[ \t]+", -1);
        if (fields.length != FORMS.size()) {
            throw new JsonFile.Refused("it has " + fields.length + (fields.length == 1 ? " field" : " fields")
                    + ". Write five: minute, hour, day of the month, month, day of the week, like '30 22 * * 1-5'");
        }
        BitSet minutes = field(fields[0], 0, 0, 59, List.of(), 0);
        BitSet hours = field(fields[1], 1, 0, 23, List.of(), 0);
        BitSet daysOfMonth = field(fields[2], 2, 1, 31, List.of(), 0);
        BitSet months = field(fields[3], 3, 1, 12, MONTHS, 1);
        BitSet daysOfWeek = field(fields[4], 4, 0, 7, DAYS, 0);
        if (daysOfWeek.get(0)) {
            daysOfWeek.set(7);
        }
        List<LocalTime> times = new ArrayList<>();
        hours.stream().forEach(hour -> minutes.stream().forEach(minute -> times.add(LocalTime.of(hour, minute))));
        boolean either = !fields[2].startsWith("*") && !fields[4].startsWith("*");
        return new Cron(List.copyOf(times), daysOfMonth, months, daysOfWeek, either);
    }

    /** The times of each of its days, in order; there is always one. */
    List<LocalTime> times() {
        return times;
    }

    boolean isOn(LocalDate day) {
        if (!months.get(day.getMonthValue())) {
            return false;
        }
        boolean ofMonth = daysOfMonth.get(day.getDayOfMonth());
        boolean ofWeek = daysOfWeek.get(day.getDayOfWeek().getValue());
        return either ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    private static BitSet field(String field, int index, int least, int most, List<String> names, int firstName) {
        BitSet values = new BitSet(most + 1);
        for (String part : field.split(",", -1)) {
            String[] stepped = part.split("/", -1);
            String[] ends = stepped[0].split("-", -1);
            if (stepped.length > 2 || ends.length > 2) {
                throw wrong(part, index);
            }
            boolean all = stepped[0].equals("*");
            int first = all ? least : value(ends[0], part, index, names, firstName);
            int last = all ? most : value(ends[ends.length - 1], part, index, names, firstName);
            if (index == 4 && last == 0 && first > 0) {
                last = 7; // fri-sun
            }
            if (stepped.length == 2 && !all && ends.length == 1) {
                throw new JsonFile.Refused("'" + part + "' is a step without a range. Write '" + stepped[0] + "-" + most
                        + "/" + stepped[1] + "', or '*/" + stepped[1] + "'");
            }
            int step = stepped.length == 2 ? number(stepped[1], part, index) : 1;
            if (first < least || last > most || step < 1) {
                throw wrong(part, index);
            }
            if (first > last) {
                throw new JsonFile.Refused("the range '" + stepped[0]
                        + "' ends before it begins. Write it as two, like '22-23,0-2' for hours");
            }
            int end = all && index == 4 ? DayOfWeek.SATURDAY.getValue() : last; // 7 is 0 again
            for (int value = first; value <= end; value += step) {
                values.set(value);
            }
        }
        return values;
    }

    private static int value(String text, String part, int index, List<String> names, int firstName) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        return name >= 0 ? name + firstName : number(text, part, index);
    }

    private static int number(String text, String part, int index) {
        if (text.isEmpty() || text.length() > 2 || !text.chars().allMatch(each -> each >= '0' && each <= '9')) {
            throw wrong(part, index);
        }
        return Integer.parseInt(text);
    }

    private static JsonFile.Refused wrong(String part, int index) {
        return new JsonFile.Refused("'" + part + "' is no " + FORMS.get(index)
                + ". Write *, numbers, ranges like 1-5 or steps like */15, with commas between them");
    }
}
