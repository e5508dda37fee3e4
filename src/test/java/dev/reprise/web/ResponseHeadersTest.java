package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResponseHeadersTest {

    /** The hash: printf '{"imports": {}}\n' | openssl dgst -sha256 -binary | base64. */
    private static final String HASH = "4h52gQkWNjF0wBNtaGHE6K2BQS9GR/nSK8h7ha3qQrI=";

    @Test
    void thePolicyNamesTheHashOfTheImportMapAsABrowserReadsIt() {
        String html = "<head><script type=\"importmap\">{\"imports\": {}}\n</script>"
                + "<script type=\"module\" src=\"/app.js\"></script></head>";

        assertThat(ResponseHeaders.policy(html)).contains("script-src 'self' 'sha256-" + HASH + "';");
        assertThat(ResponseHeaders.policy(html.replace("\n", "\r\n"))).isEqualTo(ResponseHeaders.policy(html));
        assertThat(ResponseHeaders.policy("<html></html>")).contains("script-src 'self';");
    }
}
