package dev.reprise.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What the server answers by itself, in few words: no stack trace, and a problem where the API was asked. */
final class ErrorPage extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code
                ? code
                : HttpServletResponse.SC_NOT_FOUND;
        answer(request, response, status);
    }

    static void answer(HttpServletRequest request, HttpServletResponse response, int status) throws IOException {
        boolean api = Place.isApi(Place.within(request, NotLoggedIn.askedFor(request)));
        response.setStatus(status);
        response.setContentType(api ? "application/problem+json" : "text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        String title = title(status);
        String text = api
                ? "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s.\"}"
                        .formatted(title, status, title)
                : status + " " + title + "\n";
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String title(int status) {
        return switch (status) {
            case HttpServletResponse.SC_BAD_REQUEST -> "The request cannot be understood";
            case HttpServletResponse.SC_FORBIDDEN -> "You have no role that allows this";
            case HttpServletResponse.SC_NOT_FOUND -> "There is nothing here";
            case HttpServletResponse.SC_METHOD_NOT_ALLOWED -> "That method is of no use here";
            case HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE -> "The request is too long";
            default -> status < 500 ? "The request is refused" : "The server failed; its log says how";
        };
    }
}
