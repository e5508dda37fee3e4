/** Tests of the job repository on the databases it is for, without a server. */
@NullMarked
package dev.reprise.repository;

import org.jspecify.annotations.NullMarked;
