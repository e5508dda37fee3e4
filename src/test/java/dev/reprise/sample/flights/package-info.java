@NullMarked
package dev.reprise.sample.flights;

import org.jspecify.annotations.NullMarked;
