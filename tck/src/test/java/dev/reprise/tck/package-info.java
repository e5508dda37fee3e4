/** The Jakarta Batch TCK with Reprise in its deployment. */
@NullMarked
package dev.reprise.tck;

import org.jspecify.annotations.NullMarked;
