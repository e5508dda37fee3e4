@NullMarked
package dev.reprise.web;

import org.jspecify.annotations.NullMarked;
