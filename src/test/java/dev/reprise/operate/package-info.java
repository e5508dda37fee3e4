@NullMarked
package dev.reprise.operate;

import org.jspecify.annotations.NullMarked;
