package org.example.orchard;

/** What may be done with the stock. */
public class StockService {
    private final StockRepository repository;

    public StockService(StockRepository repository) {
        this.repository = repository;
    }

    /** Take some away; fails when there is not enough. */
    public void take(Article article, int amount) {
        int left = repository.amountOf(article.sku()) - amount;
        if (left < 0) {
            throw new IllegalStateException("not enough " + article.name());
        }
        repository.put(article, left);
    }
}
