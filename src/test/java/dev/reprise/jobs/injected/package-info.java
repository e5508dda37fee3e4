/** Artifacts and session beans for the test kit alone: no WAR of the tests has them. */
@NullMarked
package dev.reprise.jobs.injected;

import org.jspecify.annotations.NullMarked;
