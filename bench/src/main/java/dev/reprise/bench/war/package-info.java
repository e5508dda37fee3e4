/** The WAR that stock WildFly and Reprise both run: a servlet that measures inside the server, and the jobs' artifacts. */
@NullMarked
package dev.reprise.bench.war;

import org.jspecify.annotations.NullMarked;
