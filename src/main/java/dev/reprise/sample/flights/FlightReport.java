package dev.reprise.sample.flights;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.reprise.sample.flights.Airports.Airport;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One month's report as a page that needs nothing else, and the same as CSV. The same figures give the same text.
 *
 * @param month like 2001-01
 * @param alertBelowPercent what the decision took for the limit
 * @param airports names and cities
 * @param rejected rejected rows of all rows
 * @param rejectedByReason how many rows for each reason
 * @param byAirport least punctual first
 * @param byRoute least punctual first
 */
record FlightReport(
        String month,
        BigDecimal alertBelowPercent,
        Airports airports,
        Share rejected,
        Map<String, Long> rejectedByReason,
        List<DelaySummary> byAirport,
        List<DelaySummary> byRoute) {

    private static final int BARS = 10;
    private static final int ROUTES = 20;

    /** Height of a bar with its caption, in the chart's units. */
    private static final int BAR_PITCH = 44;

    private static final int CHART_WIDTH = 440;
    private static final int LONGEST_CAPTION = 34;

    String csv() {
        StringWriter text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().build(text)) {
            csv.writeRecord(
                    "kind",
                    "origin",
                    "destination",
                    "flights",
                    "on_time_flights",
                    "on_time_percent",
                    "mean_delay_minutes",
                    "p90_delay_minutes");
            byAirport.forEach(airport -> csv.writeRecord(csvFields("airport", airport)));
            byRoute.forEach(route -> csv.writeRecord(csvFields("route", route)));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    private static List<String> csvFields(String kind, DelaySummary summary) {
        return List.of(
                kind,
                summary.origin(),
                summary.destination(),
                Long.toString(summary.flights()),
                Long.toString(summary.onTime().part()),
                format("%.3f", summary.onTime().percent()),
                format("%.3f", summary.meanDelay()),
                Integer.toString(summary.p90Delay()));
    }

    String html() {
        YearMonth yearMonth = YearMonth.parse(month);
        String title = "Flights in " + yearMonth.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                + DateTimeFormatter.ofPattern(" uuuu", Locale.ENGLISH).format(yearMonth);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n"
                + "<title>" + escape(title) + "</title>\n<style>\n" + stylesheet()
                + "</style>\n</head>\n<body>\n<main>\n"
                + "<header><p class=\"kicker\">Flight performance</p><h1>" + escape(title) + "</h1></header>\n"
                + verdict()
                + figures()
                + "<section>\n<h2>Least and most punctual airports</h2>\n"
                + "<p class=\"note\">Share of departing flights that arrived less than " + SummaryWriter.LATE
                + " minutes late.</p>\n<div class=\"charts\">\n"
                + chart("Least punctual", "worst", byAirport)
                + chart("Most punctual", "best", mostPunctualFirst())
                + "</div>\n</section>\n"
                + rejectedTable()
                + table(
                        "The " + Math.min(ROUTES, byRoute.size()) + " busiest routes",
                        "Route",
                        byRoute.stream()
                                .sorted(Comparator.comparing(DelaySummary::flights)
                                        .reversed()
                                        .thenComparing(DelaySummary.WORST_FIRST))
                                .limit(ROUTES)
                                .toList())
                + table("All airports, least punctual first", "Airport", byAirport)
                + "<footer><p>A flight counts for the airport it left. Delays are on arrival, in minutes; an early flight's"
                + " is negative. 90th percentile: the smallest delay that at least 90&nbsp;% of the flights did not exceed."
                + " The CSV file beside this page has all " + count(byRoute.size()) + " routes.</p></footer>\n"
                + "</main>\n</body>\n</html>\n";
    }

    private Share onTime() {
        return new Share(
                byAirport.stream().mapToLong(airport -> airport.onTime().part()).sum(),
                byAirport.stream().mapToLong(DelaySummary::flights).sum());
    }

    private List<DelaySummary> mostPunctualFirst() {
        List<DelaySummary> reversed = new ArrayList<>(byAirport);
        Collections.reverse(reversed);
        return reversed;
    }

    private String verdict() {
        if (byAirport.isEmpty()) {
            return "<p class=\"verdict late\"><strong>No flights.</strong> Every row of the month was rejected.</p>\n";
        }
        String limit = escape(alertBelowPercent.stripTrailingZeros().toPlainString()) + "&nbsp;%";
        return onTime().isLessThan(alertBelowPercent)
                ? "<p class=\"verdict late\"><strong>Alert.</strong> Less than " + limit
                        + " of the flights were on time.</p>\n"
                : "<p class=\"verdict\"><strong>In order.</strong> At least " + limit
                        + " of the flights were on time.</p>\n";
    }

    private String figures() {
        Share onTime = onTime();
        long delay = byAirport.stream().mapToLong(DelaySummary::totalDelay).sum();
        return "<dl class=\"figures\">\n"
                + figure("Flights", count(onTime.whole()))
                + figure("On time", onTime.whole() == 0 ? "–" : percent(onTime))
                + figure("Mean delay", onTime.whole() == 0 ? "–" : minutes((double) delay / onTime.whole()) + " min")
                + figure("Airports", count(byAirport.size()))
                + figure("Routes", count(byRoute.size()))
                + figure("Rejected rows", count(rejected.part()))
                + "</dl>\n";
    }

    private static String figure(String name, String value) {
        return "<div><dt>" + escape(name) + "</dt><dd>" + escape(value) + "</dd></div>\n";
    }

    private String chart(String caption, String kind, List<DelaySummary> summaries) {
        List<DelaySummary> shown = summaries.stream().limit(BARS).toList();
        int height = Math.max(shown.size(), 1) * BAR_PITCH;
        StringBuilder svg = new StringBuilder("<figure><figcaption>")
                .append(escape(caption))
                .append("</figcaption>\n<svg class=\"")
                .append(kind)
                .append("\" viewBox=\"0 0 ")
                .append(CHART_WIDTH)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" aria-label=\"")
                .append(escape(caption + " airports: share of flights on time"))
                .append("\">\n");
        int top = 0;
        for (DelaySummary summary : shown) {
            Airport airport = airports.get(summary.origin());
            svg.append(format(
                    "<g><title>%s: %s</title><text x=\"0\" y=\"%d\"><tspan class=\"code\">%s</tspan> %s</text>"
                            + "<text class=\"value\" x=\"%d\" y=\"%d\">%s</text>"
                            + "<rect class=\"track\" x=\"0\" y=\"%d\" width=\"%d\" height=\"10\" rx=\"5\"/>"
                            + "<rect class=\"bar\" x=\"0\" y=\"%d\" width=\"%.1f\" height=\"10\" rx=\"5\"/></g>\n",
                    escape(airport.name()),
                    escape(summary.onTime().toString()),
                    top + 18,
                    escape(summary.origin()),
                    escape(shortened(airport.place())),
                    CHART_WIDTH,
                    top + 18,
                    escape(percent(summary.onTime())),
                    top + 26,
                    CHART_WIDTH,
                    top + 26,
                    summary.onTime().percent() / 100 * CHART_WIDTH));
            top += BAR_PITCH;
        }
        return svg.append("</svg></figure>\n").toString();
    }

    private String rejectedTable() {
        if (rejectedByReason.isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        rejectedByReason.forEach((reason, number) -> rows.append("<tr><th scope=\"row\">")
                .append(escape(explain(reason)))
                .append("</th><td>")
                .append(count(number))
                .append("</td></tr>\n"));
        return "<section>\n<h2>Rejected rows</h2>\n<p class=\"note\">" + escape(rejected.toString())
                + "</p>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Reason</th>"
                + "<th scope=\"col\">Rows</th></tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n</section>\n";
    }

    private static String explain(String reason) {
        return switch (reason) {
            case "UNKNOWN_AIRPORT" -> "Unknown airport";
            case "DISTANCE" -> "Distance not above 0 miles";
            case "DELAY" ->
                "Delay not from " + FlightValidator.LEAST_DELAY + " to " + FlightValidator.MOST_DELAY + " minutes";
            case "MONTH" -> "Another month";
            default -> reason;
        };
    }

    private String table(String title, String what, List<DelaySummary> summaries) {
        if (summaries.isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        for (DelaySummary summary : summaries) {
            rows.append("<tr><th scope=\"row\">")
                    .append(name(summary))
                    .append("</th><td>")
                    .append(count(summary.flights()))
                    .append("</td><td>")
                    .append(percent(summary.onTime()))
                    .append("</td><td>")
                    .append(minutes(summary.meanDelay()))
                    .append("</td><td>")
                    .append(minutes(summary.p90Delay()))
                    .append("</td></tr>\n");
        }
        return "<section>\n<h2>" + escape(title) + "</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">"
                + escape(what)
                + "</th><th scope=\"col\">Flights</th><th scope=\"col\">On time</th><th scope=\"col\">Mean delay</th>"
                + "<th scope=\"col\">90th pct.</th></tr></thead>\n<tbody>\n" + rows
                + "</tbody></table></div>\n</section>\n";
    }

    private String name(DelaySummary summary) {
        Airport origin = airports.get(summary.origin());
        if (summary.destination().isEmpty()) {
            return "<span class=\"code\">" + escape(origin.code()) + "</span> <span class=\"where\">"
                    + escape(origin.name()) + (origin.place().isEmpty() ? "" : "<br>" + escape(origin.place()))
                    + "</span>";
        }
        Airport destination = airports.get(summary.destination());
        return "<span class=\"code route\">" + escape(origin.code()) + "&nbsp;→&nbsp;" + escape(destination.code())
                + "</span> <span class=\"where\">" + escape(origin.place()) + "<br>" + escape(destination.place())
                + "</span>";
    }

    /** So that it does not run into the figure at the chart's right side. */
    private static String shortened(String place) {
        return place.length() <= LONGEST_CAPTION ? place : place.substring(0, LONGEST_CAPTION - 1) + "…";
    }

    private static String percent(Share share) {
        return format("%.1f %%", share.percent());
    }

    /** With a real minus sign, and no minus before a zero. */
    private static String minutes(double minutes) {
        String text = format("%.1f", Math.abs(minutes));
        return minutes < 0 && !text.equals("0.0") ? "−" + text : text;
    }

    private static String minutes(int minutes) {
        return minutes < 0 ? "−" + -minutes : Integer.toString(minutes);
    }

    private static String count(long number) {
        return format("%,d", number);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String stylesheet() {
        try (InputStream css = FlightReport.class.getResourceAsStream("report.css")) {
            if (css == null) {
                throw new IllegalStateException("report.css is not beside " + FlightReport.class.getName());
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("report.css cannot be read", e);
        }
    }
}
