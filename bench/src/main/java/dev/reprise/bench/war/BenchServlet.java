package dev.reprise.bench.war;

import dev.reprise.bench.peer.Parent;
import dev.reprise.bench.peer.Question;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers the bench from inside a WildFly: {@code /bench/?workload=launch&...}. */
@WebServlet(urlPatterns = "/", loadOnStartup = 1)
public class BenchServlet extends HttpServlet {

    @Resource
    private transient ManagedThreadFactory threads;

    @Inject
    private transient BenchDataSource dataSource;

    @Inject
    private transient Instance<Launching> launching;

    @Override
    public void init() {
        Parent.endWithIt();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        String query = request.getQueryString();
        if (query == null) {
            return;
        }
        try {
            response.getWriter()
                    .print(new JakartaBatchPeer(threads, dataSource, launching).answer(Question.parse(query)));
        } catch (Exception e) {
            log("the workload failed", e);
            response.setStatus(500);
            response.getWriter().print(e);
        }
    }
}
