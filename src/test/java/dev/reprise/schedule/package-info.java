@NullMarked
package dev.reprise.schedule;

import org.jspecify.annotations.NullMarked;
