package org.example.orchard;

import org.example.orchard.generated.StockView;

/** The HTTP side: one method for each path in api/openapi.yaml. */
public class StockController {
    private final StockRepository repository;

    public StockController(StockRepository repository) {
        this.repository = repository;
    }

    public StockView stock(String sku) {
        return new StockView(sku, repository.amountOf(sku));
    }
}
