package org.example.orchard;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Articles and how many there are, in memory. */
public class StockRepository {
    private final Map<String, Article> articles = new TreeMap<>();
    private final Map<String, Integer> amounts = new TreeMap<>();

    public void put(Article article, int amount) {
        articles.put(article.sku(), article);
        amounts.put(article.sku(), amount);
    }

    public Collection<Article> all() {
        return articles.values();
    }

    public int amountOf(String sku) {
        return amounts.getOrDefault(sku, 0);
    }
}
