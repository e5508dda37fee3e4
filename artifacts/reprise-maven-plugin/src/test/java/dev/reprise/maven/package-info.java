@NullMarked
package dev.reprise.maven;

import org.jspecify.annotations.NullMarked;
