@NullMarked
package dev.reprise.job;

import org.jspecify.annotations.NullMarked;
