package dev.reprise.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What those see who may not read stack traces. */
class ViewTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            java.io.IOException: found 's3cr3t'             | java.io.IOException
            java.io.IOException                             | java.io.IOException
            shop.Job$Broken: a: b                           | shop.Job$Broken
            NoPackage: s3cr3t                               | NoPackage
            item reader src (readItem) of step load: a.B: s3cr3t | item reader src (readItem) of step load: a.B
            partition 2 of step load: a.B: s3cr3t           | partition 2 of step load: a.B
            job listener books (afterJob): a.B: s3cr3t      | job listener books (afterJob): a.B
            artifact src of step load: a.B: s3cr3t          | artifact src of step load: a.B
            step load, which could not begin: a.B: s3cr3t   | step load, which could not begin: a.B
            Node a (incarnation 1) died while it ran this.  | Node a (incarnation 1) died while it ran this.
            """)
    void ofAnExceptionItIsTheClassAlone(String failure, String shown) {
        assertThat(View.withoutMessage(failure)).isEqualTo(shown);
    }
}
