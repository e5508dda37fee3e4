package dev.reprise.state;

/** Whether every database takes a text as it is. */
public final class Storable {

    private Storable() {}

    /** Whether it is whole, and without the character 0. */
    public static boolean is(String text) {
        return text.indexOf('\u0000') < 0 && isWhole(text);
    }

    /** Whether it is text at all: half of a surrogate pair becomes a question mark in UTF-8, and two texts one. */
    public static boolean isWhole(String text) {
        return text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }
}
