package dev.reprise.item;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows that PostgreSQL's COPY takes, in its text format: one line each, tabs between the values, encoded once in UTF-8. */
final class CopiedRows<T> implements Rows {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final CopyApi copy;
    private final Connection connection;
    private final BulkTable<T> table;
    private final String sql;
    private final int[] ends;
    private byte[] bytes;
    private int end;

    CopiedRows(CopyApi copy, Connection connection, BulkTable<T> table, List<? extends T> items) {
        this.copy = copy;
        this.connection = connection;
        this.table = table;
        this.sql = "copy " + table + " from stdin";
        this.ends = new int[items.size() + 1];
        this.bytes = new byte[Math.max(1 << 12, 64 * items.size())];
        for (int i = 0; i < items.size(); i++) {
            @Nullable Object[] values = table.values(items.get(i));
            for (int column = 0; column < values.length; column++) {
                add(values[column], column);
                put(column + 1 < values.length ? '\t' : '\n');
            }
            ends[i + 1] = end;
        }
    }

    @Override
    public void insert(int from, int to) throws SQLException {
        copy.copyIn(connection, sql, bytes, ends[from], ends[to] - ends[from]);
    }

    private void add(@Nullable Object value, int column) {
        if (value == null) {
            put('\\');
            put('N');
        } else if (value instanceof String text) {
            addText(text);
        } else if (value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte) {
            addNumber(((Number) value).longValue());
        } else if (value instanceof LocalDateTime
                || value instanceof LocalDate
                || value instanceof LocalTime
                || value instanceof OffsetDateTime
                || value instanceof Instant
                || value instanceof BigDecimal
                || value instanceof BigInteger
                || value instanceof Double
                || value instanceof Float
                || value instanceof Boolean
                || value instanceof UUID
                || value instanceof Character) {
            addText(value.toString());
        } else if (value instanceof ZonedDateTime time) {
            addText(time.toOffsetDateTime().toString());
        } else if (value instanceof byte[] binary) {
            addBinary(binary);
        } else {
            throw new IllegalArgumentException(
                    "expected a number, text, a boolean, bytes, a UUID or a value of java.time for column "
                            + table.columns().get(column) + " of " + table.name() + ", found one of "
                            + value.getClass().getName());
        }
    }

    private void addNumber(long value) {
        if (value == Long.MIN_VALUE) {
            addText(Long.toString(value));
            return;
        }
        long rest = value;
        if (rest < 0) {
            put('-');
            rest = -rest;
        }
        int digits = 1;
        for (long ten = 10; digits < 19 && rest >= ten; ten *= 10) {
            digits++;
        }
        ensure(digits);
        end += digits;
        for (int at = end - 1; digits > 0; digits--, at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void addBinary(byte[] binary) {
        put('\\');
        put('\\');
        put('x');
        ensure(2 * binary.length);
        for (byte one : binary) {
            bytes[end++] = HEX[(one >> 4) & 15];
            bytes[end++] = HEX[one & 15];
        }
    }

    private void addText(String text) {
        int length = text.length();
        // A character takes at most three bytes, half of one that takes four at most two, an escape two.
        ensure(3 * length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                addAscii(c);
            } else if (c < 0x800) {
                addByte(0xc0 | (c >> 6));
                addRest(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                addByte(0xf0 | (point >> 18));
                addRest(point >> 12);
                addRest(point >> 6);
                addRest(point);
            } else {
                // Half a character comes out as bytes that are no UTF-8: the server refuses its row, as it must.
                addByte(0xe0 | (c >> 12));
                addRest(c >> 6);
                addRest(c);
            }
        }
    }

    private void addAscii(char c) {
        switch (c) {
            case '\\' -> addEscaped('\\');
            case '\t' -> addEscaped('t');
            case '\n' -> addEscaped('n');
            case '\r' -> addEscaped('r');
            default -> addByte(c);
        }
    }

    private void addEscaped(char letter) {
        addByte('\\');
        addByte(letter);
    }

    private void addRest(int bits) {
        addByte(0x80 | (bits & 0x3f));
    }

    private void addByte(int value) {
        bytes[end++] = (byte) value;
    }

    private void put(char ascii) {
        ensure(1);
        bytes[end++] = (byte) ascii;
    }

    private void ensure(int room) {
        if (bytes.length - end < room) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + room));
        }
    }

    @Override
    public void close() {}
}
