@NullMarked
package dev.reprise.console;

import org.jspecify.annotations.NullMarked;
