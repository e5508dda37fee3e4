package dev.reprise.wildfly;

import dev.reprise.monitor.ConsolePath;
import dev.reprise.monitor.ConsoleSetting;
import java.util.Optional;

/** As the {@link Configuration} of the deployment has it. */
public final class ConfiguredConsole implements ConsoleSetting {

    @Override
    public Optional<ConsolePath> console() {
        return Optional.ofNullable(
                Configuration.read(ConfiguredConsole.class.getClassLoader()).console());
    }
}
