/** Runs the same work in Reprise and its peers, in turn, and writes down what it took. */
@NullMarked
package dev.reprise.bench;

import org.jspecify.annotations.NullMarked;
