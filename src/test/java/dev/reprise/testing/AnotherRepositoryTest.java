package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jberet.repository.JdbcRepository;
import org.junit.jupiter.api.Test;

class AnotherRepositoryTest {

    @Test
    void isNotTakenForOurs() {
        try (InProcessBatch batch = InProcessBatch.builder()
                .repository((dataSource, transactions) -> new JdbcRepository(dataSource))
                .build()
                .open()) {
            String refusal = "This InProcessBatch was given another repository than that of Reprise:"
                    + " org.jberet.repository.JdbcRepository";
            assertThatThrownBy(batch::repository)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(refusal);
            assertThatThrownBy(() -> batch.run("flight-performance")).hasMessage(refusal);
            assertThat(batch.operator().getJobNames()).contains("flight-performance");
        }
    }
}
