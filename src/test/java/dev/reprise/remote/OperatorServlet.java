package dev.reprise.remote;

import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jberet.runtime.JobExecutionImpl;

/**
 * This node's {@code JobOperator} and launcher for a test in another process: {@code POST /operator/<what to do>} with
 * the form fields {@code job}, {@code execution} and the job's parameters; the answer is a {@link Reply}.
 */
@WebServlet("/operator/*")
public final class OperatorServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String JOB = "job";
    private static final String EXECUTION = "execution";

    private final transient JobLauncher launcher;

    @Inject
    public OperatorServlet(JobLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setCharacterEncoding(StandardCharsets.UTF_8.name());
        Reply reply;
        try {
            reply = Reply.done(answer(request));
        } catch (RuntimeException e) {
            reply = failed(e);
        }
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getOutputStream().write(reply.text().getBytes(StandardCharsets.UTF_8));
    }

    private Object answer(HttpServletRequest request) {
        JobOperator operator = BatchRuntime.getJobOperator();
        return switch (request.getPathInfo()) {
            case "/start" -> operator.start(request.getParameter(JOB), parameters(request));
            case "/launch" -> launcher.start(launch(request)).getExecutionId();
            case "/restart" -> operator.restart(execution(request), parameters(request));
            case "/stop" -> {
                operator.stop(execution(request));
                yield execution(request);
            }
            case "/submitter" -> submitter(operator.getJobExecution(execution(request)));
            case "/status" -> operator.getJobExecution(execution(request)).getBatchStatus();
            case "/running" -> running(operator);
            default -> throw new IllegalArgumentException(request.getPathInfo());
        };
    }

    private static String submitter(JobExecution execution) {
        return String.valueOf(((JobExecutionImpl) execution).getUser());
    }

    private static Reply failed(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LaunchRefusedException refused) {
                return new Reply(
                        Reply.Kind.REFUSED,
                        refused.refusal().kind().name(),
                        refused.refusal().message());
            }
        }
        return new Reply(Reply.Kind.THREW, failure.getClass().getName(), String.valueOf(failure.getMessage()));
    }

    private static long execution(HttpServletRequest request) {
        return Long.parseLong(request.getParameter(EXECUTION));
    }

    private static Properties parameters(HttpServletRequest request) {
        Properties parameters = new Properties();
        for (String name : request.getParameterMap().keySet()) {
            if (!name.equals(JOB) && !name.equals(EXECUTION)) {
                parameters.setProperty(name, request.getParameter(name));
            }
        }
        return parameters;
    }

    private static LaunchRequest launch(HttpServletRequest request) {
        LaunchRequest launch = LaunchRequest.of(request.getParameter(JOB));
        Properties parameters = parameters(request);
        for (String name : parameters.stringPropertyNames()) {
            launch = launch.with(name, parameters.getProperty(name));
        }
        return launch;
    }

    private static String running(JobOperator operator) {
        Set<Long> running = new TreeSet<>();
        for (String job : operator.getJobNames()) {
            try {
                running.addAll(operator.getRunningExecutions(job));
            } catch (NoSuchJobException e) {
                // It never ran.
            }
        }
        return running.toString().replaceAll("[\\[\\] ]", "");
    }
}
