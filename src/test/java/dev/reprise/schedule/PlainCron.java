package dev.reprise.schedule;

import java.time.LocalDateTime;
import java.util.Locale;

/** Cron as crontab(5) tells it, asked of one minute after the other: what faster ones are compared with. */
final class PlainCron {

    private static final String[] MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
    private static final String[] DAYS = "sun mon tue wed thu fri sat".split(" ");

    private final String[] fields;
    private final boolean[][] wanted = new boolean[5][60];

    PlainCron(String expression) {
        String words = expression.toLowerCase(Locale.ROOT);
        for (int month = 0; month < MONTHS.length; month++) {
            words = words.replace(MONTHS[month], Integer.toString(month + 1));
        }
        for (int day = 0; day < DAYS.length; day++) {
            words = words.replace(DAYS[day], Integer.toString(day));
        }
        fields = words.split(" ", -1);
        int[] most = {59, 23, 31, 12, 6};
        for (int field = 0; field < 5; field++) {
            for (int value = 0; value < 60; value++) {
                wanted[field][value] = has(field, value, most[field]);
            }
        }
    }

    boolean matches(LocalDateTime minute) {
        int weekday = minute.getDayOfWeek().getValue();
        boolean ofMonth = wanted[2][minute.getDayOfMonth()];
        boolean ofWeek = wanted[4][weekday] || (weekday == 7 && wanted[4][0]);
        boolean starred = fields[2].startsWith("*") || fields[4].startsWith("*");
        return wanted[0][minute.getMinute()]
                && wanted[1][minute.getHour()]
                && wanted[3][minute.getMonthValue()]
                && (starred ? ofMonth && ofWeek : ofMonth || ofWeek);
    }

    private boolean has(int field, int value, int most) {
        for (String part : fields[field].split(",", -1)) {
            String[] stepped = part.split("/", -1);
            String[] ends = stepped[0].split("-", -1);
            boolean all = stepped[0].equals("*");
            int first = all ? (field == 2 || field == 3 ? 1 : 0) : Integer.parseInt(ends[0]);
            int last = all ? most : Integer.parseInt(ends[ends.length - 1]);
            int step = stepped.length == 1 ? 1 : Integer.parseInt(stepped[1]);
            if (value >= first && value <= last && (value - first) % step == 0) {
                return true;
            }
        }
        return false;
    }
}
