package dev.reprise.host;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Tells what the application is sent and knows: of the request, of who sends it, and of the session. */
@WebServlet({"/counter/*", "/broken"})
public final class Counter extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getServletPath().equals("/broken")) {
            throw new IllegalStateException("of the shop");
        }
        HttpSession session = request.getSession();
        String text = request.getMethod() + ' ' + request.getPathInfo() + ' ' + request.getQueryString() + '\n'
                + request.getInputStream().readAllBytes().length + " bytes\n"
                + request.getRemoteUser() + ", customer: " + request.isUserInRole("customer") + '\n'
                + session.getMaxInactiveInterval() + " s, new: " + session.isNew() + ", "
                + getServletContext().getEffectiveSessionTrackingModes() + ", "
                + getServletContext().getSessionCookieConfig().getName() + '\n';
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }
}
