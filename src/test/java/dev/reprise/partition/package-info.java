@NullMarked
package dev.reprise.partition;

import org.jspecify.annotations.NullMarked;
