package dev.reprise.ear;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code POST /alarm} with {@code job}, {@code day} and {@code plainly}: what came of it in the EJB JAR. */
@WebServlet("/alarm")
public final class AlarmServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient Alarm alarm;

    @Inject
    public AlarmServlet(Alarm alarm) {
        this.alarm = alarm;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String answer;
        try {
            answer = alarm.ring(
                    request.getParameter("job"),
                    request.getParameter("day"),
                    Boolean.parseBoolean(request.getParameter("plainly")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer = "interrupted";
        }
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    }
}
