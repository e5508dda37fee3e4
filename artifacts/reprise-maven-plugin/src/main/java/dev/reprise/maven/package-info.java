/** Goals for projects with jobs. */
@NullMarked
package dev.reprise.maven;

import org.jspecify.annotations.NullMarked;
