package dev.reprise.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.springframework.batch.core.job.DefaultJobKeyGenerator;

/** contract.md §2.3: the key is the one that Spring Batch itself computes, by calling Spring Batch itself. */
class SpringBatchKeyTest {

    @Property(tries = 1000)
    void isTheKeyOfSpringBatchForTheSameParametersAsStrings(
            @ForAll("parameters") Map<String, JobParameter> parameters) {
        Set<org.springframework.batch.core.job.parameters.JobParameter<?>> springs = new HashSet<>();
        parameters.forEach(
                (name, parameter) -> springs.add(new org.springframework.batch.core.job.parameters.JobParameter<>(
                        name, parameter.value(), String.class, parameter.identifying())));

        String ours = JobIdentity.of("job", JobParameters.of(parameters)).key();

        assertThat(ours)
                .isEqualTo(new DefaultJobKeyGenerator()
                        .generateKey(new org.springframework.batch.core.job.parameters.JobParameters(springs)));
    }

    @Provide
    Arbitrary<Map<String, JobParameter>> parameters() {
        Arbitrary<String> names = Arbitraries.strings().ofMinLength(1).ofMaxLength(20);
        Arbitrary<JobParameter> values = Combinators.combine(
                        Arbitraries.strings().ofMaxLength(40), Arbitraries.of(true, false))
                .as(JobParameter::new);
        return Arbitraries.maps(names, values).ofMaxSize(8).map(TreeMap::new);
    }
}
