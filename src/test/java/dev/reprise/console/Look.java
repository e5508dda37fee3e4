package dev.reprise.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.stream.Stream;

/** How somebody sees the console. */
record Look(ColorScheme theme, String locale, int width) {

    /** In both themes and languages, on a large and on a small screen. */
    static List<Look> all() {
        return Stream.of(ColorScheme.LIGHT, ColorScheme.DARK)
                .flatMap(theme -> Stream.of("en-US", "ko-KR")
                        .flatMap(locale -> Stream.of(1280, 400).map(width -> new Look(theme, locale, width))))
                .toList();
    }

    Browser.NewContextOptions options() {
        return Visitor.usual().setLocale(locale).setColorScheme(theme).setViewportSize(width, 900);
    }
}
