package dev.reprise.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** What a driver throws of which a deployment does not see the class, as on WildFly: nobody can read it back. */
final class Invisible {

    private static final String NAME = Failure.class.getName();

    private static final String ELSEWHERE = NAME.replace("Failure", "Nowhere");

    private Invisible() {}

    /** Of a class that this class path has, but loaded by nobody whom the job asks. */
    static SQLException failure(String message, String state) {
        ClassLoader elsewhere = new ClassLoader(ClassLoader.getPlatformClassLoader()) {
            @Override
            protected Class<?> findClass(String asked) throws ClassNotFoundException {
                try (InputStream in =
                        Invisible.class.getClassLoader().getResourceAsStream(NAME.replace('.', '/') + ".class")) {
                    byte[] bytes = in == null ? new byte[0] : in.readAllBytes();
                    byte[] renamed = new String(bytes, StandardCharsets.ISO_8859_1)
                            .replace("Invisible$Failure", "Invisible$Nowhere")
                            .getBytes(StandardCharsets.ISO_8859_1);
                    return defineClass(ELSEWHERE, renamed, 0, renamed.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(asked, e);
                }
            }
        };
        try {
            return (SQLException) elsewhere
                    .loadClass(ELSEWHERE)
                    .getConstructor(String.class, String.class)
                    .newInstance(message, state);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What nobody sees. */
    public static final class Failure extends SQLException {

        private static final long serialVersionUID = 1L;

        public Failure(String message, String state) {
            super(message, state);
        }
    }
}
