/** What the README says, and the archetype makes. */
@NullMarked
package dev.reprise.archetype;

import org.jspecify.annotations.NullMarked;
