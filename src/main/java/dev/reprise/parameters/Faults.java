package dev.reprise.parameters;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import dev.reprise.identity.JobParameter;
import dev.reprise.log.Shown;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says in words for people what the validator found. */
final class Faults {

    /** The format of a file's path, which {@link dev.reprise.item.RootFolder} checks, and no validator. */
    static final String PATH = "path";

    /** The formats that are checked, and for each what it is, with an example. */
    static final SortedMap<String, String> FORMATS = Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
            "date",
            "a date like 2001-01-31",
            "date-time",
            "a date and time with its offset, like 2001-01-31T10:15:00Z",
            "time",
            "a time with its offset, like 10:15:00Z",
            "uri",
            "a URI like https://example.org/flights.csv",
            PATH,
            "a path like 2001/flights.csv",
            "email",
            "an e-mail address like name@example.org",
            "uuid",
            "a UUID like 123e4567-e89b-12d3-a456-426614174000")));

    private static final Set<String> FOLLOWED_BY_A_NAME = Set.of("properties", "patternProperties", "dependentSchemas");
    private static final Set<String> CONDITIONS = Set.of("then", "else", "dependentSchemas");
    private static final Set<String> ALTERNATIVES = Set.of("anyOf", "oneOf");

    private final Map<String, String> literals;
    private final Map<String, Declared> declared;
    private final Set<String> unreadable;

    /** @param unreadable parameters whose literal is not of their type: what else is wrong with them is only noise */
    Faults(Map<String, String> literals, Map<String, Declared> declared, Set<String> unreadable) {
        this.literals = literals;
        this.declared = declared;
        this.unreadable = unreadable;
    }

    SortedSet<ParameterFault> of(Collection<Error> errors) {
        SortedSet<ParameterFault> faults = new TreeSet<>();
        Map<String, SortedMap<String, SortedSet<ParameterFault>>> choices = new LinkedHashMap<>();
        for (Error error : errors) {
            String parameter = parameter(error);
            if (unreadable.contains(parameter)) {
                continue;
            }
            List<String> path = names(error.getEvaluationPath());
            int choice = alternatives(path);
            ParameterFault fault = new ParameterFault(parameter, message(error, parameter) + condition(path));
            if (choice < 0) {
                faults.add(fault);
            } else {
                choices.computeIfAbsent(String.join("/", path.subList(0, choice + 1)), any -> new TreeMap<>())
                        .computeIfAbsent(path.get(choice + 1), any -> new TreeSet<>())
                        .add(fault);
            }
        }
        choices.values().forEach(alternatives -> faults.add(oneOf(alternatives.values())));
        return faults;
    }

    /** The validator reports what each alternative misses; together that is one fault, not many. */
    private static ParameterFault oneOf(Collection<SortedSet<ParameterFault>> alternatives) {
        Set<String> parameters = new TreeSet<>();
        alternatives.forEach(each -> each.forEach(fault -> parameters.add(fault.parameter())));
        if (parameters.size() == 1) {
            return new ParameterFault(parameters.iterator().next(), joined(alternatives, ParameterFault::message));
        }
        return new ParameterFault(
                "", "one of these has to be mended: " + joined(alternatives, ParameterFault::toString));
    }

    private static String joined(
            Collection<SortedSet<ParameterFault>> alternatives, Function<ParameterFault, String> text) {
        return alternatives.stream()
                .map(each -> each.stream().map(text).collect(joining(" and ")))
                .collect(joining(", or "));
    }

    private String message(Error error, String parameter) {
        JsonNode rule = error.getSchemaNode();
        boolean secret =
                declared.containsKey(parameter) && declared.get(parameter).secret();
        String value = secret ? JobParameter.MASK : Shown.value(literals.getOrDefault(parameter, ""));
        boolean one = literals.containsKey(parameter);
        return switch (error.getKeyword()) {
            case "required" -> "is required" + example(parameter);
            case "dependentRequired" ->
                "is required when '" + Shown.text(argument(error, 1)) + "' is given" + example(parameter);
            case "type" -> value + " is not of the type " + Shown.text(rule.asText());
            case "enum" -> value + " is not one of " + list(rule);
            case "const" -> value + " is not " + Shown.value(rule.asText());
            case "pattern" -> value + " does not match " + Shown.text(rule.asText()) + example(parameter);
            case "format" -> value + " is not " + FORMATS.getOrDefault(rule.asText(), Shown.text(rule.asText()));
            case "minimum" -> value + " is less than the minimum " + rule.asText();
            case "maximum" -> value + " is more than the maximum " + rule.asText();
            case "exclusiveMinimum" -> value + " is not more than " + rule.asText();
            case "exclusiveMaximum" -> value + " is not less than " + rule.asText();
            case "multipleOf" -> value + " is not a multiple of " + rule.asText();
            case "minLength" -> value + " is shorter than " + characters(rule) + example(parameter);
            case "maxLength" -> value + " is longer than " + characters(rule);
            case "additionalProperties", "unevaluatedProperties" -> "is not allowed";
            case "not" ->
                (one ? value + " is ruled out by " : "the parameters are ruled out by ")
                        + Shown.text("{\"not\": " + rule + "}");
            case "oneOf" ->
                (one ? value : "the parameters")
                        + " must be right by exactly one of the schema's alternatives, not by several";
            default -> {
                if (one && isFalse(error)) {
                    yield "is not allowed";
                }
                yield secret ? value + " breaks the rule " + error.getKeyword() : Shown.text(error.getMessage());
            }
        };
    }

    /** A list of values from a schema: {@code daily, monthly}. */
    private static String list(Iterable<JsonNode> values) {
        StringJoiner list = new StringJoiner(", ");
        values.forEach(value -> list.add(value.asText()));
        return Shown.text(list.toString());
    }

    private static boolean isFalse(Error error) {
        return "false".equals(error.getMessageKey());
    }

    private static String parameter(Error error) {
        return switch (error.getKeyword()) {
            case "required", "dependentRequired", "additionalProperties", "unevaluatedProperties" -> argument(error, 0);
            default ->
                error.getInstanceLocation().getNameCount() == 0
                        ? ""
                        : error.getInstanceLocation().getName(0);
        };
    }

    private static String argument(Error error, int index) {
        return String.valueOf(error.getArguments()[index]);
    }

    private static String characters(JsonNode count) {
        return count.asText().equals("1") ? "1 character" : count.asText() + " characters";
    }

    private String example(String parameter) {
        Declared declaration = declared.get(parameter);
        String example = declaration == null ? null : exampleOf(declaration);
        return example == null ? "" : ", for example " + Shown.value(example);
    }

    private static @Nullable String exampleOf(Declared declaration) {
        return declaration.example() != null ? declaration.example() : declaration.defaultValue();
    }

    /** Where in the path through the schema a choice begins, or -1: a parameter may be called anyOf, too. */
    private static int alternatives(List<String> path) {
        for (int at = 0; at < path.size() - 1; at += FOLLOWED_BY_A_NAME.contains(path.get(at)) ? 2 : 1) {
            if (ALTERNATIVES.contains(path.get(at))) {
                return at;
            }
        }
        return -1;
    }

    private static String condition(List<String> path) {
        for (int at = 0; at < path.size(); at += FOLLOWED_BY_A_NAME.contains(path.get(at)) ? 2 : 1) {
            if (CONDITIONS.contains(path.get(at))) {
                return ", given the other parameters";
            }
        }
        return "";
    }

    private static List<String> names(NodePath path) {
        List<String> names = new ArrayList<>();
        for (int index = 0; index < path.getNameCount(); index++) {
            names.add(path.getName(index));
        }
        return names;
    }
}
