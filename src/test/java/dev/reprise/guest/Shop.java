package dev.reprise.guest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Names no class: it has all that the scan of its WAR finds. */
@ApplicationPath("api")
public class Shop extends Application {}
