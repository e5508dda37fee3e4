/** Plugs the rooms into a WildFly deployment: its configuration, the activator, what runs when it starts. */
@NullMarked
package dev.reprise.wildfly;

import org.jspecify.annotations.NullMarked;
