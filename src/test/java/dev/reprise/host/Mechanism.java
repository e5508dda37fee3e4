package dev.reprise.host;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.authentication.mechanism.http.BasicAuthenticationMechanismDefinition;
import jakarta.security.enterprise.credential.UsernamePasswordCredential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStore;
import java.util.Set;

/** A login that is no line of {@code web.xml}: Jakarta Security's. */
@BasicAuthenticationMechanismDefinition(realmName = "Shop")
@ApplicationScoped
public class Mechanism implements IdentityStore {

    /** Called by the container. */
    public CredentialValidationResult validate(UsernamePasswordCredential credential) {
        return credential.compareTo(credential.getCaller(), "of " + credential.getCaller())
                ? new CredentialValidationResult(credential.getCaller(), Set.of("batch-viewer"))
                : CredentialValidationResult.INVALID_RESULT;
    }
}
