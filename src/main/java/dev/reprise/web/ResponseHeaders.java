package dev.reprise.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a page may load and do, and who may keep a response. The headers that are the same for all responses, also those
 * that the server makes before any filter, stand in {@code WEB-INF/undertow-handlers.conf}.
 */
final class ResponseHeaders extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private static final String START = "/index.html";

    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script[^>]*\\stype=\"importmap\"[^>]*>(.*?)</script>", Pattern.DOTALL);

    private static final String POLICY =
            "default-src 'none'; script-src 'self'%s; style-src 'self'; img-src 'self' data:;"
                    + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private String policy = "";

    /** The import map must be inline, so the policy names its hash. */
    @Override
    public void init(FilterConfig config) throws ServletException {
        super.init(config);
        try (InputStream in = config.getServletContext().getResourceAsStream(START)) {
            policy = policy(in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ServletException(START + " cannot be read", e);
        }
    }

    /** The policy for an application whose start page is this. */
    static String policy(String html) {
        StringBuilder hashes = new StringBuilder();
        // A browser takes the hash of what it has parsed, and that has no carriage returns.
        Matcher map = IMPORT_MAP.matcher(html.replace("\r\n", "\n"));
        while (map.find()) {
            hashes.append(" 'sha256-").append(sha256(map.group(1))).append('\'');
        }
        return POLICY.formatted(hashes);
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Content-Security-Policy", policy);
        response.setHeader("Cache-Control", caching(request));
        response.setHeader("Pragma", null);
        response.setHeader("Expires", null);
        CompletableFuture<?> leaving = IoThread.comesTo(request);
        try {
            chain.doFilter(request, new Keeping(response));
        } finally {
            leaving.complete(null);
        }
    }

    /** Data and pages of a user are kept nowhere; scripts and styles are asked for again each time. */
    private static @Nullable String caching(HttpServletRequest request) {
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        if (path.startsWith("/webjars/")) {
            return null;
        }
        return path.matches(".*\\.(js|css|svg|png|ico|woff2|json)") && !path.startsWith("/api/")
                ? "no-cache"
                : "no-store";
    }

    /** The headers that a response has by now stay when what it was to say is taken back for an error. */
    private static final class Keeping extends HttpServletResponseWrapper {

        private final Map<String, List<String>> headers = new LinkedHashMap<>();

        Keeping(HttpServletResponse response) {
            super(response);
            for (String name : response.getHeaderNames()) {
                headers.put(name, List.copyOf(response.getHeaders(name)));
            }
        }

        @Override
        public void reset() {
            super.reset();
            headers.forEach((name, values) -> {
                setHeader(name, null);
                values.forEach(value -> addHeader(name, value));
            });
        }
    }
}
