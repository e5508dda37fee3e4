/** The hand that a test outside has inside each server; deployed with the tests' jobs. */
@NullMarked
package dev.reprise.remote;

import org.jspecify.annotations.NullMarked;
