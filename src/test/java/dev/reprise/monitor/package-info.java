@NullMarked
package dev.reprise.monitor;

import org.jspecify.annotations.NullMarked;
