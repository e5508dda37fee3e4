@NullMarked
package dev.reprise.parameters;

import org.jspecify.annotations.NullMarked;
