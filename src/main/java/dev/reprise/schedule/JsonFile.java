package dev.reprise.schedule;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reprise.parameters.SimilarName;
import dev.reprise.schedule.InvalidScheduleException.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One object in JSON, the lines of its keys, and what is wrong with it. */
final class JsonFile {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String file;
    private final ObjectNode root;
    private final Map<String, Integer> lines;
    private final List<Fault> faults = new ArrayList<>();

    /** @throws InvalidScheduleException if it is no object in JSON */
    JsonFile(String file, String json) {
        this.file = file;
        try {
            if (!(MAPPER.readTree(json) instanceof ObjectNode object)) {
                throw new InvalidScheduleException(
                        List.of(new Fault(file, 1, "it is not a JSON object. Write {\"…\": …}")));
            }
            root = object;
            lines = lines(json);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new InvalidScheduleException(
                    List.of(new Fault(file, line, "it is not JSON: " + e.getOriginalMessage() + ". Mend it")));
        }
    }

    private static Map<String, Integer> lines(String json) throws JsonProcessingException {
        Map<String, Integer> lines = new HashMap<>();
        try (JsonParser parser = MAPPER.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token != JsonToken.END_OBJECT && token != JsonToken.END_ARRAY) {
                    lines.putIfAbsent(
                            parser.getParsingContext().pathAsPointer().toString(),
                            parser.currentTokenLocation().getLineNr());
                }
            }
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    /** Refuses all keys but these. */
    void knowOnly(Set<String> keys) {
        root.fieldNames().forEachRemaining(key -> {
            if (!keys.contains(key)) {
                fault(
                        "/" + key,
                        "there is no '" + key + "'. "
                                + SimilarName.of(key, keys)
                                        .map(similar -> "Did you mean '" + similar + "'?")
                                        .orElse("Known are " + String.join(", ", new TreeSet<>(keys))));
            }
        });
    }

    /** What is wrong, at the line of a JSON pointer or of what holds it. */
    void fault(String pointer, String message) {
        String at = pointer;
        while (!lines.containsKey(at) && !at.isEmpty()) {
            at = at.substring(0, at.lastIndexOf('/'));
        }
        faults.add(new Fault(file, lines.getOrDefault(at, 1), message));
    }

    void addAll(List<Fault> more) {
        faults.addAll(more);
    }

    JsonNode node(String key) {
        JsonNode node = root.get(key);
        return node == null ? MissingNode.getInstance() : node;
    }

    /** The text of a key, read by something that throws if it cannot; null also where there was a fault. */
    <T> @Nullable T read(String key, String advice, Function<String, T> reader) {
        JsonNode node = node(key);
        return node.isMissingNode() ? null : read("/" + key, key, node, advice, reader);
    }

    /** The texts of a list, each read so; those with a fault left out. */
    <T> List<T> readAll(String key, String advice, Function<String, T> reader) {
        List<T> read = new ArrayList<>();
        JsonNode list = node(key);
        if (!list.isMissingNode() && !list.isArray()) {
            fault("/" + key, "'" + key + "' is not a list. " + advice);
        }
        for (int index = 0; index < list.size() && list.isArray(); index++) {
            Optional.ofNullable(this.<T>read("/" + key + "/" + index, key, list.get(index), advice, reader))
                    .ifPresent(read::add);
        }
        return read;
    }

    private <T> @Nullable T read(String pointer, String key, JsonNode node, String advice, Function<String, T> reader) {
        if (!node.isTextual()) {
            fault(pointer, "'" + key + "' is " + node + ". " + advice);
            return null;
        }
        try {
            return reader.apply(node.asText());
        } catch (Refused e) {
            fault(pointer, "'" + key + "' is '" + node.asText() + "': " + e.getMessage());
        } catch (RuntimeException e) {
            fault(pointer, "'" + key + "' is '" + node.asText() + "'. " + advice);
        }
        return null;
    }

    boolean isGood() {
        return faults.isEmpty();
    }

    /** @throws InvalidScheduleException if there is any fault */
    void requireGood() {
        if (!faults.isEmpty()) {
            throw new InvalidScheduleException(faults.stream()
                    .sorted(Comparator.comparing(Fault::file).thenComparing(Fault::line))
                    .toList());
        }
    }

    /** A value that says itself what is wrong with it and what to write. */
    static final class Refused extends RuntimeException {

        Refused(String message) {
            super(message);
        }
    }
}
