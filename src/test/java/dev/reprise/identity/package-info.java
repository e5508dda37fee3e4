@NullMarked
package dev.reprise.identity;

import org.jspecify.annotations.NullMarked;
