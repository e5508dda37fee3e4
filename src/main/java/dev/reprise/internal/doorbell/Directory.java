package dev.reprise.internal.doorbell;

import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Where names lead to. */
interface Directory {

    /** The server's own. */
    @SuppressWarnings("BanJNDI") // names that begin with java: alone, see Configuration
    Directory SERVER = InitialContext::doLookup;

    Object find(String name) throws NamingException;
}
