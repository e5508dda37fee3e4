package dev.reprise.wildfly;

import dev.reprise.internal.checks.Misfit;
import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.engine.RepriseRepository;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jberet.repository.JobRepository;
import org.jberet.spi.BatchEnvironment;
import org.jboss.msc.Service;
import org.jboss.msc.service.DuplicateServiceException;
import org.jboss.msc.service.ServiceActivator;
import org.jboss.msc.service.ServiceActivatorContext;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.ServiceRegistry;
import org.jboss.msc.service.ServiceRegistryException;
import org.jboss.msc.service.ServiceTarget;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;
import org.jspecify.annotations.Nullable;
import org.wildfly.security.auth.server.ModifiableSecurityRealm;

/**
 * Installs the {@link RepriseRepository} of the deployment that this class lies in, a WAR or an EAR, under the name that its
 * {@code META-INF/jboss-all.xml} gives to its job repository. WildFly finds it through {@code META-INF/services}.
 */
public final class RepriseActivator implements ServiceActivator {

    private static final Logger LOG = System.getLogger(RepriseActivator.class.getName());

    private static final ServiceName REPOSITORIES = ServiceName.parse("org.wildfly.batch.job.repository");
    private static final ServiceName REALMS = ServiceName.parse("org.wildfly.security.modifiable-security-realm");
    private static final ServiceName KEY = ServiceName.parse("org.wildfly.security.credential-store.reprise");
    private static final ServiceName EXECUTOR = ServiceName.parse("org.wildfly.management.executor");
    private static final String MODULES = "modules";

    private static final ServiceName TRANSACTION_MANAGER =
            ServiceName.of("jboss", "naming", "context", "java", "jboss", "TransactionManager");

    @Override
    public void activate(ServiceActivatorContext context) throws ServiceRegistryException {
        try {
            install(context);
        } catch (LinkageError e) {
            throw RefusedDeployment.installation(Misfit.of(e).orElseGet(e::toString));
        }
    }

    private static void install(ServiceActivatorContext context) throws ServiceRegistryException {
        Class<?> here = RepriseActivator.class;
        Configuration configuration;
        String application;
        try {
            application = DeploymentDescriptor.repositoryName(
                    here.getProtectionDomain().getCodeSource());
            configuration = Configuration.read(here.getClassLoader());
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw RefusedDeployment.installation(String.valueOf(e.getMessage()));
        }
        new DataSources(context.getServiceRegistry())
                .refusal(configuration.dataSource())
                .ifPresent(RepriseActivator::refuse);
        needs(context.getServiceRegistry()).ifPresent(RepriseActivator::refuse);
        for (String stranger : Configuration.strangers(System.getProperties().stringPropertyNames())) {
            LOG.log(
                    Level.WARNING,
                    "The system property {0} is not a setting of Reprise, and changes nothing",
                    stranger);
        }
        ServiceName name = REPOSITORIES.append(application);
        ServiceBuilder<?> builder = context.getServiceTarget().addService();
        Consumer<JobRepository> provided = builder.provides(name);
        Supplier<DataSource> dataSource = builder.requires(DataSources.service(configuration.dataSource()));
        Supplier<Executor> executor = builder.requires(EXECUTOR);
        Supplier<Object> suspendController = builder.requires(ServerSuspension.CONTROLLER);
        builder.requires(TRANSACTION_MANAGER);
        Optional<DeploymentUnit> unit = DeploymentUnit.of(here.getClassLoader(), context.getServiceRegistry());
        Optional<DeploymentUnit> ofEar = unit.filter(its -> its.ear() != null);
        RepositoryService repository = new RepositoryService(
                application,
                configuration,
                new Application(here.getClassLoader(), ofEar.isPresent()),
                new RepositoryService.Needs(
                        dataSource,
                        executor,
                        suspendController,
                        CredentialStoreKey.requiredIfThere(builder, context.getServiceRegistry())),
                provided);
        builder.setInstance(repository);
        try {
            builder.install();
        } catch (DuplicateServiceException e) {
            throw RefusedDeployment.installation(
                    owner(context.getServiceRegistry().getService(name)) + " has the job repository '" + application
                            + "' already. Give each application another name, in its META-INF/jboss-all.xml.");
        }
        if (configuration.firstUsers()) {
            DeploymentDescriptor.securityDomain(here.getProtectionDomain().getCodeSource())
                    .ifPresent(realm -> firstUsers(context, name, realm));
        }
        tightenFiles(context, name);
        if (unit.isPresent()) {
            if (ofEar.isPresent()) {
                lookAtModules(unit.get(), context, repository, name);
            } else {
                lookAtWar(unit.get(), context, name);
            }
            hold(
                    context,
                    repository,
                    name,
                    List.of(name, name.append(MODULES), unit.get().completion()));
        } else {
            LOG.log(
                    Level.WARNING,
                    "The deployment of {0} cannot be found among the services of this server: when it is undeployed while"
                            + " jobs run, they may lose their beans and resources before they can end.",
                    here.getClassLoader().getName());
        }
    }

    private static void refuse(String message) {
        throw RefusedDeployment.installation(message);
    }

    /** What every WildFly of the last years has; without it WildFly would name the service and nobody else. */
    private static Optional<String> needs(ServiceRegistry registry) {
        return Stream.of(EXECUTOR, ServerSuspension.CONTROLLER, TRANSACTION_MANAGER)
                .filter(needed -> registry.getService(needed) == null)
                .findFirst()
                .map(missing -> "This server has no service " + missing.getCanonicalName() + ". Use " + SelfTest.SERVERS
                        + ", with the subsystems of its standalone.xml.");
    }

    /** Who has a service: a deployment, whose installation it is a child of, or the configuration of the server. */
    private static String owner(@Nullable ServiceController<?> service) {
        return Optional.ofNullable(service)
                .map(ServiceController::getParent)
                .flatMap(phase -> phase.provides().stream().findFirst())
                .map(phase -> phase.getParent().getSimpleName() + " on this server")
                .orElse("The configuration of this server");
    }

    private static void lookAtWar(DeploymentUnit unit, ServiceActivatorContext context, ServiceName name) {
        ServiceBuilder<?> builder = context.getServiceTarget().addService();
        builder.provides(name.append(MODULES));
        builder.setInstance(new OwnJobsService(
                name.getSimpleName(), builder.requires(unit.batchEnvironment()), builder.requires(name)));
        builder.install();
    }

    /** What modules there are is known when the EAR is complete. */
    private static void lookAtModules(
            DeploymentUnit unit, ServiceActivatorContext context, RepositoryService repository, ServiceName name) {
        ServiceBuilder<?> builder = context.getServiceTarget().addService();
        builder.requires(unit.completion());
        builder.setInstance(new Service() {
            @Override
            public void start(StartContext started) {
                ServiceRegistry registry = started.getController().getServiceContainer();
                lookAt(unit.batchEnvironments(registry), started.getChildTarget(), registry, repository, name);
            }

            @Override
            public void stop(StopContext stopped) {
                // Its child has stopped before.
            }
        });
        builder.install();
    }

    private static void lookAt(
            List<ServiceName> modules,
            ServiceTarget target,
            ServiceRegistry registry,
            RepositoryService repository,
            ServiceName name) {
        ServiceBuilder<?> builder = target.addService();
        builder.provides(name.append(MODULES));
        Supplier<JobRepository> ours = builder.requires(name);
        List<ModulesService.Module> all = modules.stream()
                .map(module -> new ModulesService.Module(
                        DeploymentUnit.moduleOf(module),
                        builder.<BatchEnvironment>requires(module),
                        () -> DeploymentUnit.beansOf(module, registry)))
                .toList();
        builder.setInstance(new ModulesService(name.getSimpleName(), all, ours, repository::modulesKnown));
        builder.install();
    }

    /** Where the WAR's security domain has its users in a realm of the same name that can be written to. */
    private static void firstUsers(ServiceActivatorContext context, ServiceName repository, String realm) {
        ServiceName realmName = REALMS.append(realm);
        if (context.getServiceRegistry().getService(realmName) == null) {
            return;
        }
        ServiceBuilder<?> builder = context.getServiceTarget().addService();
        builder.provides(repository.append("first-users"));
        Supplier<ModifiableSecurityRealm> users = builder.requires(realmName);
        Supplier<Executor> executor = builder.requires(EXECUTOR);
        builder.setInstance(new FirstUsers(users, executor));
        builder.install();
    }

    /** Where the server has a key for secret parameters, once it has it, and once there is a database. */
    private static void tightenFiles(ServiceActivatorContext context, ServiceName repository) {
        if (context.getServiceRegistry().getService(KEY) == null) {
            return;
        }
        tighten(context, repository.append("private-files"), KEY);
        tighten(context, repository.append("private-database"), repository);
    }

    private static void tighten(ServiceActivatorContext context, ServiceName name, ServiceName after) {
        ServiceBuilder<?> builder = context.getServiceTarget().addService();
        builder.provides(name);
        builder.requires(after);
        builder.setInstance(new PrivateFiles());
        builder.install();
    }

    private static void hold(
            ServiceActivatorContext context, RepositoryService repository, ServiceName name, List<ServiceName> needs) {
        ServiceBuilder<?> builder = context.getServiceTarget().addService();
        builder.provides(name.append("hold"));
        needs.forEach(builder::requires);
        Supplier<Executor> executor = builder.requires(EXECUTOR);
        builder.setInstance(new HoldService(repository::beginJobs, repository::endJobs, executor));
        builder.install();
    }
}
