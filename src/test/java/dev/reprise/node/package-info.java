@NullMarked
package dev.reprise.node;

import org.jspecify.annotations.NullMarked;
