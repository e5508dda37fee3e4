package dev.reprise.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what is no request by the letter of HTTP, and what no database stores, before anything stumbles over it: each of
 * server, security and JAX-RS has its own way to read an address.
 */
final class WellFormed implements HttpHandler {

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String PARAMETERS =
            "(\\s*;\\s*" + TOKEN + "\\s*=\\s*(" + TOKEN + "|\"([^\"\\\\\\p{Cntrl}]|\\\\[^\\p{Cntrl}])*\"))*";

    private static final Pattern WEIGHT =
            Pattern.compile("(?i);\\s*q\\s*=\\s*(?!(0(\\.\\d*)?|1(\\.0*)?|\\.\\d+)\\s*(;|,|$))");

    private static final Pattern MEDIA_TYPE = Pattern.compile("\\s*" + TOKEN + "/" + TOKEN + PARAMETERS + "\\s*");

    private static final Pattern ACCEPT = list("(\\*/\\*|" + TOKEN + "/(\\*|" + TOKEN + ")|\\*)" + PARAMETERS);

    private static final Pattern LANGUAGE = list("[*A-Za-z0-9_-]+" + PARAMETERS);

    private static final Pattern COOKIE =
            Pattern.compile("(?!\\$)" + TOKEN + "=(\"[!#-+\\--:<-\\[\\]-~]*\"|[!#-+\\--:<-\\[\\]-~]*)");

    /** An empty name without a password. */
    private static final String NOBODY = "Basic Og==";

    /** The server's own limit, at which it fails. */
    static final int MOST_COOKIES = 200;

    private static final Set<HttpString> METHODS =
            Set.of(Methods.GET, Methods.HEAD, Methods.POST, Methods.PUT, Methods.DELETE, Methods.OPTIONS);

    private final HttpHandler next;

    WellFormed(HttpHandler next) {
        this.next = next;
    }

    private static Pattern list(String element) {
        return Pattern.compile("\\s*(" + element + "\\s*)?(,\\s*(" + element + "\\s*)?)*");
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!METHODS.contains(exchange.getRequestMethod())) {
            // Servlets would say that the server has a fault.
            Refused.with(
                    exchange,
                    StatusCodes.METHOD_NOT_ALLOWED,
                    "http",
                    "Method Not Allowed",
                    "This address does not take that method.");
            return;
        }
        if (exchange.getRequestHeaders().contains(Headers.TRANSFER_ENCODING)) {
            // The server collects what stands behind the last chunk, however much that is.
            Refused.with(
                    exchange,
                    StatusCodes.LENGTH_REQUIRED,
                    "length-required",
                    "Length Required",
                    "A request with a body says how long it is (Content-Length), and comes without Transfer-Encoding.");
            return;
        }
        String fault = fault(exchange);
        if (fault != null) {
            Refused.with(exchange, StatusCodes.BAD_REQUEST, "bad-request", "Bad request", fault);
            return;
        }
        if (!Refused.isForApi(exchange) && hasColon(exchange)) {
            // No page has such a name, and the server's check of roles takes it for a pattern that is none.
            Refused.with(exchange, StatusCodes.NOT_FOUND, "http", "Not Found", "There is nothing here.");
            return;
        }
        String authorization = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        if (authorization != null && LoginGuard.isUnreadable(authorization)) {
            // The server's security would fail at it.
            exchange.getRequestHeaders().put(Headers.AUTHORIZATION, NOBODY);
        }
        // Common, and yet not allowed there.
        exchange.setRequestURI(withoutBrackets(exchange.getRequestURI()), exchange.isHostIncludedInRequestURI());
        exchange.setQueryString(withoutBrackets(exchange.getQueryString()));
        next.handleRequest(exchange);
    }

    /** Also behind a semicolon: whether that is part of a name, each has its own way to see. */
    private static boolean hasColon(HttpServerExchange exchange) {
        String sent = exchange.getRequestURI();
        String path = exchange.isHostIncludedInRequestURI() ? URI.create(sent).getRawPath() : sent;
        return path.indexOf(':') >= 0 || exchange.getRelativePath().indexOf(':') >= 0;
    }

    private static @Nullable String fault(HttpServerExchange exchange) {
        String address = faultOfAddress(
                exchange.getRequestURI(), exchange.isHostIncludedInRequestURI(), exchange.getQueryString());
        if (address != null) {
            return address;
        }
        if (exchange.getRequestHeaders().count(Headers.AUTHORIZATION) > 1) {
            return "The header Authorization is there more than once.";
        }
        for (HttpString name : List.of(Headers.ACCEPT, Headers.ACCEPT_LANGUAGE, Headers.CONTENT_TYPE)) {
            HeaderValues values = exchange.getRequestHeaders().get(name);
            if (values != null && !isHeader(name.toString(), String.join(",", values))) {
                return "The header " + name + " cannot be understood.";
            }
        }
        HeaderValues cookies = exchange.getRequestHeaders().get(Headers.COOKIE);
        if (cookies != null) {
            List<String> readable = cookies(cookies);
            if (readable.size() > MOST_COOKIES) {
                return "The header Cookie has more than " + MOST_COOKIES + " cookies.";
            }
            exchange.getRequestHeaders().put(Headers.COOKIE, String.join("; ", readable));
        }
        return null;
    }

    /**
     * The cookies that have the form of RFC 6265. A browser sends those of other applications on the same host, too, and
     * the server fails at what it cannot read.
     */
    static List<String> cookies(Collection<String> headers) {
        return headers.stream()
                .flatMap(header -> Stream.of(header.split(";")))
                .map(String::strip)
                .filter(cookie -> COOKIE.matcher(cookie).matches())
                .toList();
    }

    /** Whether a header has the form of RFC 9110, which JAX-RS takes for granted. */
    static boolean isHeader(String name, String value) {
        Pattern form = name.equals(Headers.CONTENT_TYPE_STRING)
                ? MEDIA_TYPE
                : name.equals(Headers.ACCEPT_STRING) ? ACCEPT : LANGUAGE;
        return value.length() <= 1000
                && form.matcher(value).matches()
                && (form == MEDIA_TYPE || !WEIGHT.matcher(value).find());
    }

    /**
     * What is wrong with an address.
     *
     * @param uri as it was sent, without its query
     * @return null if nothing is
     */
    static @Nullable String faultOfAddress(String uri, boolean whole, String query) {
        String path = decoded(uri);
        String asked = decoded(query);
        if (path == null || asked == null) {
            return "The address is not percent-encoded UTF-8.";
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            return "The address has a control character in its path.";
        }
        if (asked.indexOf('\0') >= 0) {
            return "The address has a NUL character behind its question mark (%00).";
        }
        try {
            URI address = new URI(whole ? uri : "http://localhost" + withoutBrackets(uri));
            return whole && address.getHost() == null ? "The address has no host." : null;
        } catch (URISyntaxException e) {
            return "The address is none.";
        }
    }

    /**
     * A text without percent-encoding.
     *
     * @param text each of whose characters is a byte
     * @return null if it is no UTF-8
     */
    static @Nullable String decoded(String text) {
        byte[] bytes = new byte[text.length()];
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                bytes[length++] = (byte) c;
            } else if (text.length() - i > 2 && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2))) {
                bytes[length++] = (byte) Integer.parseInt(text, i + 1, i + 3, 16);
                i += 2;
            } else {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean isHex(char c) {
        return c < 128 && Character.digit(c, 16) >= 0;
    }

    private static String withoutBrackets(String address) {
        return address.indexOf('[') < 0 && address.indexOf(']') < 0
                ? address
                : address.replace("[", "%5B").replace("]", "%5D");
    }
}
