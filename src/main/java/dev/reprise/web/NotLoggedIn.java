package dev.reprise.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What somebody gets who is not logged in, or tried to be with a wrong password: programs a 401 in their language,
 * people the login page. It is the login page, the page of a failed login and the page of a 401 in {@code web.xml}.
 */
final class NotLoggedIn extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String CHALLENGE = "WWW-Authenticate";

    private static final String OURS = challenge("Reprise");

    private static final String PROBLEM = """
            {"type":"urn:reprise:unauthenticated","title":"Not logged in","status":401,"detail":"%s"}""";

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = askedFor(request);
        boolean tried = request.getHeader("Authorization") != null;
        forget(request);
        String within = Place.within(request, path);
        if (Place.isApi(within)) {
            problem(request, response, tried, OURS);
        } else if (tried || within.equals(Doorway.LAUNCH) || isPartOfAPage(request)) {
            plain(response, tried, OURS);
        } else {
            String failed = path.endsWith("/j_security_check") ? "?failed" : "";
            response.sendRedirect(request.getContextPath() + LoginPage.PAGE + failed);
        }
    }

    /** The address that was asked for, which has led here. */
    static String askedFor(HttpServletRequest request) {
        for (String from : new String[] {RequestDispatcher.ERROR_REQUEST_URI, RequestDispatcher.FORWARD_REQUEST_URI}) {
            if (request.getAttribute(from) instanceof String path) {
                return path;
            }
        }
        return request.getRequestURI();
    }

    /**
     * The server has begun a session that keeps the request, to come back to it from the login page: whoever asks without a
     * login would fill the memory. The console's own places stand behind the {@code #}, which the page keeps.
     */
    private static void forget(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null && session.isNew()) {
            session.invalidate();
        }
    }

    /** A script or image whose page was loaded while its reader was logged in: a login page in its place helps nobody. */
    private static boolean isPartOfAPage(HttpServletRequest request) {
        String mode = request.getHeader("Sec-Fetch-Mode");
        return mode != null && !mode.equals("navigate");
    }

    /** Browsers would ask for name and password in a window of their own, so pages are not challenged. */
    static void problem(
            HttpServletRequest request, HttpServletResponse response, boolean tried, @Nullable String challenge)
            throws IOException {
        boolean page = request.getHeader("Sec-Fetch-Mode") != null || request.getHeader("X-Requested-With") != null;
        response.setHeader(CHALLENGE, page ? null : challenge);
        answer(
                response,
                "application/problem+json",
                PROBLEM.formatted(
                        tried
                                ? "Wrong name or password."
                                : challenge == null
                                        ? "Log in with the application's login."
                                        : "Log in, or send name and password with BASIC."));
    }

    static void plain(HttpServletResponse response, boolean tried, @Nullable String challenge) throws IOException {
        response.setHeader(CHALLENGE, challenge);
        answer(
                response,
                "text/plain",
                tried
                        ? "Wrong name or password.\n"
                        : challenge == null
                                ? "Not logged in. Log in with the application's login.\n"
                                : "Not logged in. Send name and password: curl -u operator …\n");
    }

    /** What asks for name and password with BASIC. */
    static String challenge(@Nullable String realm) {
        return "Basic realm=\"" + (realm == null ? "Application" : realm.replaceAll("[\"\\\\\\p{Cntrl}]", "")) + '"';
    }

    private static void answer(HttpServletResponse response, String type, String text) throws IOException {
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setContentType(type);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }
}
