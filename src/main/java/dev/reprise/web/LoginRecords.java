package dev.reprise.web;

import dev.reprise.access.LoginAttempts;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.state.AuditEntry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Records in log and audit that somebody tries passwords; who tries them does not wait for it. */
@ApplicationScoped
class LoginRecords {

    private static final Logger LOG = System.getLogger(LoginRecords.class.getName());

    private static final int MOST = 100;

    private final Supplier<AuditLog> audit;
    private final ThreadPoolExecutor writing;

    @Inject
    LoginRecords(Supplier<AuditLog> audit) {
        this.audit = audit;
        this.writing = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST), task -> {
            Thread thread = new Thread(task, "reprise-logins");
            thread.setDaemon(true);
            thread.setContextClassLoader(LoginRecords.class.getClassLoader());
            return thread;
        });
        writing.allowCoreThreadTimeOut(true);
        // The log has it.
        writing.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    LoginRecords() {
        this.audit = null;
        this.writing = null;
    }

    void deployed(@Observes @Initialized(ApplicationScoped.class) ServletContext of) {
        LoginGuard.attempts(of).ifPresent(attempts -> attempts.tell(this::refused));
    }

    private void refused(LoginAttempts.Refused refused) {
        String detail = detail(refused);
        LOG.log(Level.WARNING, detail);
        writing.execute(() -> {
            try {
                audit.get()
                        .append(new AuditEntry(
                                0,
                                Instant.EPOCH,
                                refused.user() == null ? "-" : refused.user(),
                                refused.address().isEmpty() ? null : refused.address(),
                                "login",
                                null,
                                null,
                                null,
                                "denied",
                                detail));
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "Not in the audit table: {0} ({1})", detail, e.toString());
            }
        });
    }

    static String detail(LoginAttempts.Refused refused) {
        String user = refused.user() == null ? "" : " for the user " + refused.user();
        return refused.address().isEmpty()
                ? refused.failures() + " wrong passwords" + user
                        + " from many addresses: each of them may be wrong once, and then has to wait."
                : refused.failures() + " wrong passwords" + user + " from " + refused.address()
                        + ": further ones from there have to wait, now "
                        + Math.max(1, LoginAttempts.seconds(refused.left())) + " s.";
    }

    @PreDestroy
    void end() {
        writing.shutdown();
    }
}
