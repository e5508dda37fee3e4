@NullMarked
package dev.reprise.item;

import org.jspecify.annotations.NullMarked;
