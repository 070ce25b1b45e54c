package org.example.orchard;

/** Writes to suppliers what we need. */
public class OrderMailer {
    public String letter(Article article, int amount) {
        return "To: " + article.supplier().email() + "\n\nPlease send " + amount + " of " + article.name() + ".";
    }
}
