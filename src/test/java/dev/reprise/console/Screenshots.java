package dev.reprise.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.reprise.server.TestUser;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/** Makes the pictures in {@code docs/images}: each screen in both themes, wide and narrow. */
final class Screenshots {

    private static final Path FOLDER = Path.of("docs/images");

    private static final int MOST_COLOURS = 256;

    /** Squares of differences: less than this is not seen. */
    private static final int APART = 60;

    private final Browser browser;
    private final URI address;

    Screenshots(Browser browser, URI address) {
        this.browser = browser;
        this.address = address;
    }

    void make() {
        Map<String, String> screens;
        try (Visitor admin = new Visitor(browser, address, Visitor.usual()).logsIn(TestUser.ADMIN)) {
            screens = prepare(admin.page());
        }
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {1280, 400}) {
                make(screens, theme, width);
            }
        }
    }

    private void make(Map<String, String> screens, ColorScheme theme, int width) {
        Browser.NewContextOptions options = Visitor.usual()
                .setColorScheme(theme)
                .setViewportSize(width, width > 400 ? 900 : 800)
                .setReducedMotion(ReducedMotion.REDUCE);
        String name = "console-%s-" + theme.name().toLowerCase(Locale.ROOT) + "-" + width + ".png";
        try (Visitor visitor = new Visitor(browser, address, options)) {
            visitor.page().navigate(address.toString());
            write(visitor.page(), name.formatted("login"));
            visitor.fillsInTheLogin(TestUser.ADMIN.login(), TestUser.ADMIN.password());
            screens.forEach((screen, hash) -> {
                visitor.goesTo(hash);
                if (screen.equals("completed")) {
                    visitor.sees("COMPLETED");
                }
                // Rates take some seconds to measure.
                visitor.page().waitForTimeout(screen.equals("now") || screen.equals("running") ? 6000 : 700);
                write(visitor.page(), name.formatted(screen));
            });
        }
    }

    /** Lets happen what there is to see, and says on which screens. */
    private static Map<String, String> prepare(Page page) {
        launch(page, "ranges", Map.of("run", "2001-01"), Map.of("count", "3000"), 60);
        for (int day = 1; day <= 9; day++) {
            Map<String, Object> run = Map.of("run", "2001-01-0" + day);
            launch(page, "acceptance", run, Map.of("failAt", day % 4 == 0 ? "2501" : "0", "pauseMillis", "0"), 60);
        }
        Map<String, Object> run = Map.of("run", "2001-01-10");
        launch(page, "acceptance", run, Map.of("failAt", "2501"), 60);
        long failed = launch(page, "acceptance", run, Map.of("failAt", "4200"), 60);
        launch(page, "slow", Map.of("run", "2001-01"), Map.of("pauseMillis", "20"), 0);
        Map<String, Object> forMinutes = Map.of("count", "200000", "pauseMillis", "2000");
        long running = launch(page, "two-flows", Map.of("run", "2001-01"), forMinutes, 0);
        long completed = launch(page, "flight-performance", Map.of("month", "2001-01"), Map.of(), 0);
        Object instance = page.evaluate(
                "async id => (await (await fetch(`api/executions/${id}`)).json()).instanceId", String.valueOf(failed));

        Map<String, String> screens = new LinkedHashMap<>();
        screens.put("now", "now"); // the first, while all of them run
        screens.put("running", "executions/" + running);
        screens.put("jobs", "jobs");
        screens.put("job", "jobs/acceptance");
        screens.put("launch", "jobs/flight-performance?launch=1");
        screens.put("execution", "executions/" + failed);
        screens.put("completed", "executions/" + completed);
        screens.put("instance", "instances/" + instance);
        screens.put("executions", "executions");
        screens.put("nodes", "nodes");
        screens.put("audit", "audit");
        return screens;
    }

    private static long launch(Page page, String job, Map<String, ?> parameters, Map<String, ?> others, int wait) {
        Object id = page.evaluate(
                """
                async ([job, body]) => {
                  const response = await fetch(`api/jobs/${job}/executions`,
                    { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
                  const answer = await response.json();
                  return String(answer.id ?? answer.executionId);
                }""", List.of(job, Map.of("parameters", parameters, "nonIdentifying", others, "wait", wait)));
        return Long.parseLong((String) id);
    }

    private static void write(Page page, String name) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(page.screenshot()));
            ImageIO.write(
                    withFewColours(image),
                    "png",
                    Files.createDirectories(FOLDER).resolve(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A third of the size: the colours that are used most, and for each other one the nearest of them. */
    private static BufferedImage withFewColours(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        Map<Integer, Integer> uses = new HashMap<>();
        for (int pixel : pixels) {
            uses.merge(pixel, 1, Integer::sum);
        }
        int[] palette = palette(uses.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList());
        IndexColorModel colours =
                new IndexColorModel(8, palette.length, palette, 0, false, -1, java.awt.image.DataBuffer.TYPE_BYTE);
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, colours);
        Map<Integer, Integer> nearest = new HashMap<>();
        for (int i = 0; i < pixels.length; i++) {
            int index = nearest.computeIfAbsent(pixels[i], pixel -> nearest(palette, pixel));
            result.getRaster().setSample(i % width, i / width, 0, index);
        }
        return result;
    }

    /** The first of these that can be told apart. */
    private static int[] palette(List<Integer> colours) {
        List<Integer> chosen = new ArrayList<>();
        for (int colour : colours) {
            if (chosen.size() < MOST_COLOURS && chosen.stream().allMatch(other -> distance(other, colour) >= APART)) {
                chosen.add(colour);
            }
        }
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int nearest(int[] palette, int pixel) {
        int best = 0;
        for (int i = 1; i < palette.length; i++) {
            if (distance(palette[i], pixel) < distance(palette[best], pixel)) {
                best = i;
            }
        }
        return best;
    }

    private static int distance(int one, int other) {
        int sum = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int difference = (one >> shift & 0xff) - (other >> shift & 0xff);
            sum += difference * difference;
        }
        return sum;
    }
}
