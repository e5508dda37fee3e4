package dev.reprise.internal.doorbell;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What rings.
 *
 * @param id of what it is about
 */
public record Bell(Kind kind, long id) {

    /** There is a partition to claim, or something has rung that was not heard. */
    public static final Bell WORK = new Bell(Kind.WORK, 0);

    /** There is an execution that any node may run. */
    public static final Bell JOBS = new Bell(Kind.JOBS, 0);

    /** No leading zeros and no signs, so that a bell has one text. */
    private static final Pattern TEXT = Pattern.compile("(WORK|JOBS|ENDED) (0|[1-9][0-9]{0,18})");

    /** What a bell is about. */
    public enum Kind {
        /** There is a partition to claim; the id is 0. */
        WORK,
        /** An execution waits for a node; the id is 0. */
        JOBS,
        /** A partition has ended; the id is that of the step execution that it belongs to. */
        ENDED
    }

    public Bell {
        if (kind == Kind.ENDED ? id < 1 : id != 0) {
            throw new IllegalArgumentException("no bell has the id " + id + " with " + kind);
        }
    }

    /** A partition of this step execution has ended. */
    public static Bell ended(long stepExecutionId) {
        return new Bell(Kind.ENDED, stepExecutionId);
    }

    /** As it travels. */
    String text() {
        return kind + " " + id;
    }

    /** What has this text; nothing for everything else, which anybody may have said. */
    static Optional<Bell> of(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Bell(Kind.valueOf(matcher.group(1)), Long.parseLong(matcher.group(2))));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }
}
