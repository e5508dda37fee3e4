@NullMarked
package dev.reprise.wildfly;

import org.jspecify.annotations.NullMarked;
