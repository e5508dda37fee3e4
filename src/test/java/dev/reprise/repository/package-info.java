@NullMarked
package dev.reprise.repository;

import org.jspecify.annotations.NullMarked;
