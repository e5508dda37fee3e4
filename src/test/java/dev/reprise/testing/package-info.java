@NullMarked
package dev.reprise.testing;

import org.jspecify.annotations.NullMarked;
