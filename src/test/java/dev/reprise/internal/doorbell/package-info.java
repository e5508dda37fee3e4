@NullMarked
package dev.reprise.internal.doorbell;

import org.jspecify.annotations.NullMarked;
