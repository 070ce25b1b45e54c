package org.example.orchard;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OrderMailerTest {
    @Test
    void theLetterNamesTheArticle() {
        var article = new Article("A1", "apple", new Supplier("Bo", "bo@example.org"), 5);
        assertTrue(new OrderMailer().letter(article, 2).contains("apple"));
    }
}
