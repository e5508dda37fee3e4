package dev.reprise.parameters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the literal text of a parameter may say. */
enum ValueType {
    STRING("a text", "") {
        @Override
        JsonNode read(String literal) {
            return TextNode.valueOf(literal);
        }

        @Override
        boolean isTypeOf(JsonNode value) {
            return value.isTextual();
        }
    },

    INTEGER("an integer", "write it with digits only, like 12 or -3") {
        @Override
        @Nullable
        JsonNode read(String literal) {
            return readable(DIGITS, literal) ? BigIntegerNode.valueOf(new BigInteger(literal)) : null;
        }

        @Override
        boolean isTypeOf(JsonNode value) {
            return value.isIntegralNumber();
        }
    },

    NUMBER("a number", "write it like 12 or 0.5") {
        @Override
        @Nullable
        JsonNode read(String literal) {
            return readable(JSON_NUMBER, literal) ? DecimalNode.valueOf(new BigDecimal(literal)) : null;
        }

        @Override
        boolean isTypeOf(JsonNode value) {
            return value.isNumber();
        }
    },

    BOOLEAN("true or false", "write true or false, in small letters") {
        @Override
        @Nullable
        JsonNode read(String literal) {
            return switch (literal) {
                case "true" -> BooleanNode.TRUE;
                case "false" -> BooleanNode.FALSE;
                default -> null;
            };
        }

        @Override
        boolean isTypeOf(JsonNode value) {
            return value.isBoolean();
        }
    };

    private static final Pattern DIGITS = Pattern.compile("-?[0-9]+");

    /** The grammar of JSON, with at most three digits of exponent: comparing 1e999999999 to an integer fills a heap. */
    private static final Pattern JSON_NUMBER =
            Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?");

    /** Java's arithmetic takes quadratic time in the number of digits, and nobody means a longer one. */
    private static final int LONGEST_NUMBER = 1000;

    private final String noun;
    private final String advice;

    ValueType(String noun, String advice) {
        this.noun = noun;
        this.advice = advice;
    }

    /** The value that this text stands for, or null if it is not of this type. */
    abstract @Nullable JsonNode read(String literal);

    /** Whether a value in the schema itself is of this type: {@code 7} is an integer there, {@code "7"} is not. */
    abstract boolean isTypeOf(JsonNode value);

    /** How a message calls it: {@code an integer}. */
    String noun() {
        return noun;
    }

    /** How to write one. */
    String advice() {
        return advice;
    }

    private static boolean readable(Pattern grammar, String literal) {
        return literal.length() <= LONGEST_NUMBER && grammar.matcher(literal).matches();
    }
}
