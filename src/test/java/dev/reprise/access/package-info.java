@NullMarked
package dev.reprise.access;

import org.jspecify.annotations.NullMarked;
