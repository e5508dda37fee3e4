package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as a request. */
class WellFormedTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%00",
                "/api/jobs/%00",
                "/api/jobs/a%0ab",
                "/%7f",
                "/%c2%85",
                "/%ff",
                "/%c0%80",
                "/%ed%a0%80",
                "/%f8%88%80%80%80",
                "/%zz",
                "/%",
                "/%2",
                "/a%e9b",
                "/\u00ff"
            })
    void thisIsNoPath(String path) {
        assertThat(WellFormed.faultOfAddress(path, false, "")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/jobs/a[b",
                "/a]b[",
                "/%5B",
                "/a%2Fb",
                "/%EA%B0%80",
                "/a;b=c",
                "//x",
                "/a+b",
                "/%f0%9f%98%80"
            })
    void thisIsAPath(String path) {
        assertThat(WellFormed.faultOfAddress(path, false, "")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"job=%00", "%00", "a=%ff", "a=%", "a=%g1", "a=%ed%a0%80"})
    void thisIsNoQuery(String query) {
        assertThat(WellFormed.faultOfAddress("/", false, query)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a=%0A", "a=[b]", "a=%EA%B0%80&b", "=&&=", "a=+"})
    void thisIsAQuery(String query) {
        assertThat(WellFormed.faultOfAddress("/", false, query)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://[x/api/me", "http:///api/me", "http://a b/", "mailto:x"})
    void thisIsNoWholeAddress(String address) {
        assertThat(WellFormed.faultOfAddress(address, true, "")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Accept|nonsense|false",
                "Accept|*/*;q=x|false",
                "Accept|*/*;q=2|false",
                "Accept|a/b;c|false",
                "Accept|*/*|true",
                "Accept|text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2|true",
                "Accept|text/html, application/json;q=0.9, */*;q=0.1|true",
                "Accept|application/json; charset=\"utf-8\"|true",
                "Accept|text/plain, application/problem+json|true",
                "Content-Type|a/b/c|false",
                "Content-Type|application/json;charset|false",
                "Content-Type|application/json|true",
                "Content-Type|application/json;charset=UTF-8|true",
                "Content-Type|multipart/form-data; boundary=----x|true",
                "Accept-Language|-x-;q=z|false",
                "Accept-Language|en_US|true",
                "Accept-Language|ko-KR,ko;q=0.9,en;q=0.8|true",
                "Accept-Language|*|true"
            })
    void headersHaveTheirForm(String name, String value, boolean right) {
        assertThat(WellFormed.isHeader(name, value)).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=b|a=b",
                "a=ÿ|''",
                "a=ÿ; JSESSIONID=x.y; b=x|JSESSIONID=x.y",
                "a={\"b\": 1}; c=\"d\"; e=|c=\"d\"; e=",
                "$Version=x; a=b; $Path=/|a=b",
                ";;;=,\"a=\"|''",
                "a b=c; d=e f; g=h=|g=h="
            })
    void cookiesThatNobodyCanReadAreLeftOut(String header, String left) {
        assertThat(String.join("; ", WellFormed.cookies(List.of(header)))).isEqualTo(left);
    }
}
