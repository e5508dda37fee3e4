/** What makes one run of a job the same run: its parameters, which of them identify, and the key they give. */
@NullMarked
package dev.reprise.identity;

import org.jspecify.annotations.NullMarked;
