@NullMarked
package dev.reprise.log;

import org.jspecify.annotations.NullMarked;
