package dev.reprise.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a browser loads of the console: the files in the folder {@code console} beside this class, by their addresses below
 * the console's. Each is kept in memory from its first request on; none has a place outside of that folder.
 */
final class StaticFiles extends HttpServlet {

    private static final long serialVersionUID = 1L;

    static final String START = "/index.html";

    private static final Pattern NAME = Pattern.compile("(/[A-Za-z0-9_@-][A-Za-z0-9_.@-]*)+\\.([a-z0-9]+)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "svg", "image/svg+xml");

    private final transient Map<String, StaticFile> files = new ConcurrentHashMap<>();

    private static final class StaticFile {

        private final byte[] bytes;
        private final String type;
        private final String tag;

        StaticFile(byte[] bytes, String type) {
            this.bytes = bytes;
            this.type = type;
            this.tag = '"' + hash(bytes) + '"';
        }
    }

    /** The text of a file that must be there. */
    static byte[] read(String name) throws IOException {
        try (InputStream in = StaticFiles.class.getResourceAsStream("console" + name)) {
            if (in == null) {
                throw new IOException("console" + name + " is not in the application");
            }
            return in.readAllBytes();
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String within = Place.within(request);
        if (within.isEmpty() && !Place.isAll()) {
            // What the page names is relative to where it is.
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", request.getContextPath() + Place.base() + "/");
            return;
        }
        StaticFile file = file(within.isEmpty() || within.equals("/") ? START : within);
        if (file == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setHeader("ETag", file.tag);
        if (isKnown(request.getHeader("If-None-Match"), file.tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(file.type);
        response.setContentLength(file.bytes.length);
        response.getOutputStream().write(file.bytes);
    }

    private static boolean isKnown(@Nullable String tags, String tag) {
        return tags != null && (tags.contains(tag) || tags.strip().equals("*"));
    }

    private @Nullable StaticFile file(String name) throws IOException {
        StaticFile known = files.get(name);
        if (known != null) {
            return known;
        }
        Matcher form = NAME.matcher(name);
        String type = form.matches() && !name.equals(LoginPage.PAGE) ? TYPES.get(form.group(2)) : null;
        if (type == null) {
            return null;
        }
        try (InputStream in = StaticFiles.class.getResourceAsStream("console" + name)) {
            if (in == null) {
                return null;
            }
            StaticFile read = new StaticFile(in.readAllBytes(), type);
            files.put(name, read);
            return read;
        }
    }

    private static String hash(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 22);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
