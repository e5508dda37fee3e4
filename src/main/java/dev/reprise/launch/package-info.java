/** Launching jobs: the launcher, what it would decide, and the rules of jobs that the repository asks for. */
@NullMarked
package dev.reprise.launch;

import org.jspecify.annotations.NullMarked;
