package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import jakarta.ws.rs.core.Response.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** JSON as the API has it: strict with what comes, without nulls in what goes. */
final class Json {

    /** The longest body of a request, in bytes: 1 MiB. */
    static final int LONGEST_BODY = 1 << 20;

    private static final ObjectMapper MAPPER = mapper();

    private Json() {}

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder()
                .defaultPropertyInclusion(JsonInclude.Value.construct(Include.NON_NULL, Include.ALWAYS))
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .addModule(new SimpleModule()
                        .addSerializer(Instant.class, ToStringSerializer.instance)
                        .addSerializer(LocalDateTime.class, ToStringSerializer.instance))
                .build();
        for (CoercionInputShape shape : CoercionInputShape.values()) {
            if (shape != CoercionInputShape.EmptyString) {
                mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
            }
        }
        return mapper;
    }

    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON of " + value.getClass(), e);
        }
    }

    static String text(Object value) {
        return new String(write(value), StandardCharsets.UTF_8);
    }

    /**
     * Reads the body of a request; an empty one counts as {@code {}}.
     *
     * @throws ProblemException if it is too long, no JSON, or not of that type: the message says where
     */
    static <T> T read(InputStream body, Class<T> type) {
        byte[] bytes;
        try {
            bytes = body.readNBytes(LONGEST_BODY + 1);
        } catch (IOException e) {
            throw Problem.badRequest("The body of the request could not be read.")
                    .exception();
        }
        if (bytes.length > LONGEST_BODY) {
            throw new Problem(
                            "too-large",
                            "Too large",
                            Status.REQUEST_ENTITY_TOO_LARGE,
                            "The body of a request is at" + " most 1 MiB.")
                    .exception();
        }
        try {
            T value = MAPPER.readValue(bytes.length == 0 ? new byte[] {'{', '}'} : bytes, type);
            if (value == null) {
                throw Problem.badRequest("The body is null; write a JSON object.")
                        .exception();
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw Problem.badRequest("There is no field " + path(e) + " here. The fields are "
                            + new TreeSet<>(e.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .toList())
                            + ".")
                    .exception();
        } catch (JsonMappingException e) {
            throw Problem.badRequest((e.getPath().isEmpty() ? "The body" : "The field " + path(e))
                            + " is not of the right type: write it as the API's description (openapi.yaml) says;"
                            + " values of parameters are texts, also of numbers (\"7\").")
                    .exception();
        } catch (IOException e) {
            String where = e instanceof JsonProcessingException wrong && wrong.getLocation() != null
                    ? " (line " + wrong.getLocation().getLineNr() + ", column "
                            + wrong.getLocation().getColumnNr() + ")"
                    : "";
            throw Problem.badRequest("The body is not JSON" + where + ".").exception();
        }
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
    }
}
