package dev.reprise.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a form, in the address or the body of a request, in UTF-8. Servers leave out what they cannot decode, and a
 * job must not be launched with half of its parameters.
 */
final class Form {

    static final int MOST_FIELDS = 1000;

    private final Map<String, List<String>> fields = new LinkedHashMap<>();
    private int count;

    private Form() {}

    /** Says what cannot be understood, and nothing else of it. */
    static final class UnreadableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    static Form of(HttpServletRequest request) throws IOException, UnreadableException {
        Form form = new Form();
        form.add(request.getQueryString());
        String type = request.getContentType();
        if (type != null && type.matches("(?i)\\s*application/x-www-form-urlencoded\\s*(;.*)?")) {
            byte[] body = request.getInputStream().readNBytes(Json.LONGEST_BODY + 1);
            if (body.length > Json.LONGEST_BODY) {
                throw new UnreadableException("The body of a request is at most 1 MiB.");
            }
            form.add(new String(body, StandardCharsets.ISO_8859_1));
        }
        return form;
    }

    private void add(@Nullable String encoded) throws UnreadableException {
        if (encoded == null) {
            return;
        }
        for (String field : encoded.split("&", -1)) {
            if (field.isEmpty()) {
                continue;
            }
            count++;
            if (count > MOST_FIELDS) {
                throw new UnreadableException("The form has more than " + MOST_FIELDS + " fields.");
            }
            int equals = field.indexOf('=');
            String name = decoded(equals < 0 ? field : field.substring(0, equals));
            String value = decoded(equals < 0 ? "" : field.substring(equals + 1));
            if (name == null) {
                throw new UnreadableException("The name of field " + count + " is not percent-encoded UTF-8.");
            }
            if (value == null) {
                throw new UnreadableException("The field " + Asked.shown(name) + " is not percent-encoded UTF-8.");
            }
            fields.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
        }
    }

    private static @Nullable String decoded(String text) {
        return WellFormed.decoded(text.replace('+', ' '));
    }

    /** In the order in which they came. */
    Map<String, List<String>> fields() {
        return fields;
    }
}
