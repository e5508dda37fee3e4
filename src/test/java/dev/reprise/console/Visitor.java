package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.reprise.server.TestUser;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Somebody in front of the console, in a browser that has never been there before. */
final class Visitor implements AutoCloseable {

    /** What no page of ours may ever make a browser say. */
    private static final Pattern COMPLAINT = Pattern.compile("(?i)content security policy|mime type|uncaught|deprecat");

    private final BrowserContext context;
    private final Page page;
    private final URI address;
    private final List<String> complaints = new ArrayList<>();

    Visitor(Browser browser, URI address, Browser.NewContextOptions options) {
        this.address = address;
        context = browser.newContext(options);
        context.setDefaultTimeout(Chromium.PATIENCE);
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (COMPLAINT.matcher(message.text()).find()) {
                complaints.add(message.text());
            }
        });
        page.onDialog(dialog -> {
            complaints.add("a script of the data ran: " + dialog.message());
            dialog.dismiss();
        });
    }

    /** An English one with a wide screen and the light theme. */
    static Browser.NewContextOptions usual() {
        return new Browser.NewContextOptions()
                .setLocale("en-US")
                .setTimezoneId("UTC")
                .setViewportSize(1280, 900)
                .setColorScheme(ColorScheme.LIGHT);
    }

    Page page() {
        return page;
    }

    Visitor logsIn(TestUser user) {
        page.navigate(address.toString());
        fillsInTheLogin(user.login(), user.password());
        assertThat(heading()).isVisible();
        return this;
    }

    void fillsInTheLogin(String name, String password) {
        page.locator("input[name=j_username]").fill(name);
        page.locator("input[name=j_password]").fill(password);
        page.locator("button.primary").click();
    }

    /** Goes to a screen, as a link to it would. */
    Visitor goesTo(String screen) {
        page.evaluate("screen => { location.hash = screen; }", "#/" + screen);
        assertThat(heading()).isVisible();
        assertThat(page.locator("main .skeleton")).hasCount(0);
        return this;
    }

    Locator heading() {
        return page.locator("main h1");
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator dialog() {
        return page.locator("dialog[open]");
    }

    /** Says yes to what a dialog asks, which closes it. */
    void confirms(String button) {
        dialog().getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(button).setExact(true))
                .click();
        assertThat(dialog()).hasCount(0);
    }

    Locator decision() {
        return page.locator(".decision");
    }

    /** Fills in a row of the form of a job without a schema. */
    void givesParameter(int row, String name, String value, boolean identifying) {
        if (row > 0) {
            button("Add a parameter").first().click();
        }
        Locator fields = page.locator(".launch .parameter-row").nth(row);
        fields.getByLabel("Name").fill(name);
        fields.getByLabel("Value").fill(value);
        fields.getByLabel("identifies").setChecked(identifying);
    }

    /** Launches what the form says, and gives the execution that it leads to. */
    long launches() {
        Locator launch = button("Launch");
        assertThat(decision()).containsText("It would start, as a new instance.");
        assertThat(decision()).hasAttribute("aria-busy", "false");
        launch.click();
        page.waitForURL(Pattern.compile(".*#/executions/\\d+$"));
        return execution();
    }

    /** The execution whose screen this is. */
    long execution() {
        return Long.parseLong(page.url().replaceFirst(".*#/executions/", ""));
    }

    void sees(String status) {
        assertThat(page.locator(".title-row .badge")).hasText(status);
    }

    /** Fails if the browser had anything to complain about. */
    @Override
    public void close() {
        context.close();
        org.assertj.core.api.Assertions.assertThat(complaints).isEmpty();
    }
}
