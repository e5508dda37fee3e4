/** The sample job {@code flight-performance}: how punctual a month's flights were, from a CSV file to a page. */
@NullMarked
package dev.reprise.sample.flights;

import org.jspecify.annotations.NullMarked;
