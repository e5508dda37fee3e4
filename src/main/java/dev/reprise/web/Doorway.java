package dev.reprise.web;

import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import jakarta.servlet.ServletContext;

/**
 * What every request passes before the server asks who sends it: it must be one ({@link WellFormed}), be there as a whole
 * ({@link Bodies}), may not hold what others need ({@link Strangers}), and not try passwords without end
 * ({@link LoginGuard}).
 */
public final class Doorway implements ServletExtension {

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        // The last one is the first that a request passes.
        LoginGuard guard = new LoginGuard(context);
        Strangers strangers = new Strangers();
        deployment.addInitialHandlerChainWrapper(guard::before);
        deployment.addInitialHandlerChainWrapper(strangers::before);
        deployment.addInitialHandlerChainWrapper(Bodies::new);
        deployment.addInitialHandlerChainWrapper(WellFormed::new);
        deployment.addOuterHandlerChainWrapper(strangers::within);
        deployment.addOuterHandlerChainWrapper(guard);
        deployment.addOuterHandlerChainWrapper(Absence::new);
        deployment.addNotificationReceiver(guard);
    }
}
