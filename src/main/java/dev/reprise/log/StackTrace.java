package dev.reprise.log;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What the JDK prints of a throwable; and, where its causes are too many for the stack of a thread, something like it. */
public final class StackTrace {

    /** So many causes are told of in a chain that cannot be printed whole, and so many places of each. */
    private static final int CAUSES = 100;

    private static final int PLACES = 5;

    private StackTrace() {}

    /** The throwable and its causes, with the places that they come from; of very many causes the first 100 and the last. */
    public static String of(Throwable thrown) {
        StringWriter text = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(text, true));
            return text.toString();
        } catch (StackOverflowError e) {
            return ofTheFirst(thrown);
        }
    }

    private static String ofTheFirst(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        append(text, thrown, thrown.getStackTrace().length);
        int causes = 0;
        for (Throwable cause = thrown.getCause(); cause != null && causes < 1_000_000; cause = cause.getCause()) {
            boolean last = cause.getCause() == null;
            causes++;
            if (causes == CAUSES + 1 && !last) {
                text.append("…\n");
            }
            if (causes <= CAUSES || last) {
                append(text.append("Caused by: "), cause, PLACES);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Throwable thrown, int places) {
        text.append(thrown).append('\n');
        StackTraceElement[] all = thrown.getStackTrace();
        for (int i = 0; i < Math.min(places, all.length); i++) {
            text.append("\tat ").append(all[i]).append('\n');
        }
        if (places < all.length) {
            text.append("\t... ").append(all.length - places).append(" more\n");
        }
    }
}
