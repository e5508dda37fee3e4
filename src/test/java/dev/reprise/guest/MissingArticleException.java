package dev.reprise.guest;

/** There is no such article. */
public class MissingArticleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MissingArticleException(String number) {
        super("no article " + number);
    }
}
