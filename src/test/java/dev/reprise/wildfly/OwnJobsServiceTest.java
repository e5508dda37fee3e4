package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.jberet.repository.JobRepository;
import org.jberet.spi.BatchEnvironment;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StartException;
import org.junit.jupiter.api.Test;

/** Where the jobs of a WAR are kept: an answer that no descriptor is known to lead to on WildFly 39. */
class OwnJobsServiceTest {

    private final JobRepository ours = proxy(JobRepository.class, Map.of());
    private final JobRepository another = proxy(JobRepository.class, Map.of());

    private static <T> T proxy(Class<T> type, Map<String, ?> answers) {
        return type.cast(Proxy.newProxyInstance(
                OwnJobsServiceTest.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> answers.get(method.getName())));
    }

    private void lookAt(JobRepository its) throws StartException {
        BatchEnvironment environment = proxy(BatchEnvironment.class, Map.of("getJobRepository", its));
        new OwnJobsService("shop", () -> environment, () -> ours).start(proxy(StartContext.class, Map.of()));
    }

    @Test
    void areInTheRepositoryThatTheDescriptorNames() {
        assertThatCode(() -> lookAt(ours)).doesNotThrowAnyException();
    }

    @Test
    void wouldRunElsewhereIfNobodySaidSo() {
        assertThatThrownBy(() -> lookAt(another))
                .isInstanceOf(StartException.class)
                .hasMessageMatching("(?s).*Reprise: WildFly keeps the jobs of this WAR in \\S+ and not in the job"
                        + " repository 'shop', .* It needs <jboss .*</jboss>.*")
                .satisfies(refused -> assertThat(refused.getStackTrace()).isEmpty());
    }
}
