@NullMarked
package dev.reprise.launch;

import org.jspecify.annotations.NullMarked;
