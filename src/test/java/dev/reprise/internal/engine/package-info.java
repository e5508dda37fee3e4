/** Tests of the job repository on the databases it is for, without a server. */
@NullMarked
package dev.reprise.internal.engine;

import org.jspecify.annotations.NullMarked;
