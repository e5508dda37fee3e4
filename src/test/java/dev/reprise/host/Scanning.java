package dev.reprise.host;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Has whatever is found in the deployment. */
@ApplicationPath("/rest")
public final class Scanning extends Application {}
