package dev.reprise.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.stream.Stream;

/**
 * {@code login.html} with a token in its form, which the browser has as a cookie too: {@code WEB-INF/undertow-handlers.conf}
 * lets only a login with both through, so no other page can log somebody in.
 */
final class LoginPage extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String COOKIE = "reprise-login";
    static final String PAGE = "/login.html";
    private static final String ACTION = "action=\"j_security_check\"";
    private static final int BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();

    private String page = "";

    @Override
    public void init() throws ServletException {
        try {
            page = new String(StaticFiles.read(PAGE), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ServletException(e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String token = token(request);
        Cookie cookie = new Cookie(COOKIE, token);
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        response.addCookie(cookie);
        response.setContentType("text/html");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        byte[] personal = page.replace(ACTION, "action=\"j_security_check?token=" + token + "\"")
                .getBytes(StandardCharsets.UTF_8);
        response.getOutputStream().write(personal);
    }

    /** That of another window of the same browser, if there is one: both must be able to log in. */
    private static String token(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return Stream.of(cookies == null ? new Cookie[0] : cookies)
                .filter(cookie -> cookie.getName().equals(COOKIE))
                .map(Cookie::getValue)
                .filter(value -> value.matches("[A-Za-z0-9_-]{32}"))
                .findFirst()
                .orElseGet(LoginPage::newToken);
    }

    private static String newToken() {
        byte[] random = new byte[BYTES];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
