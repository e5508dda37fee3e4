package dev.reprise.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
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

/**
 * What a page may load and do, and who may keep a response. Where all of the application is the console's, the headers that
 * are the same for all responses stand in {@code WEB-INF/undertow-handlers.conf} too, for what the server answers before any
 * filter. In other people's applications no error of the console leads to an error page of theirs.
 */
final class ResponseHeaders extends HttpFilter {

    private static final long serialVersionUID = 1L;

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
        try {
            policy = policy(new String(StaticFiles.read(StaticFiles.START), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ServletException(e);
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
        Refused.headers(response);
        response.setHeader("Content-Security-Policy", policy);
        response.setHeader("Cache-Control", caching(request));
        response.setHeader("Pragma", null);
        response.setHeader("Expires", null);
        CompletableFuture<?> leaving = IoThread.comesTo(request);
        try {
            chain.doFilter(request, Place.isAll() ? new Keeping(response) : new Plain(request, response));
        } finally {
            leaving.complete(null);
        }
    }

    /** Data and pages of a user are kept nowhere; scripts and styles of ours are asked for again each time. */
    private static String caching(HttpServletRequest request) {
        String path = Place.within(request);
        if (path.startsWith("/webjars/")) {
            return "max-age=31536000, immutable"; // the address has the version
        }
        return path.matches(".*\\.(js|css|svg|png|ico|woff2|json)") && !Place.isApi(path) ? "no-cache" : "no-store";
    }

    /** An error is said here and now. */
    private static final class Plain extends Keeping {

        private final HttpServletRequest request;

        Plain(HttpServletRequest request, HttpServletResponse response) {
            super(response);
            this.request = request;
        }

        @Override
        public void sendError(int status) throws IOException {
            resetBuffer();
            ErrorPage.answer(request, this, status);
        }

        @Override
        public void sendError(int status, String message) throws IOException {
            sendError(status);
        }
    }

    /** The headers that a response has by now stay when what it was to say is taken back for an error. */
    private static class Keeping extends HttpServletResponseWrapper {

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
