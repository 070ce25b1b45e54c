package org.example.orchard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StockServiceTest {
    @Test
    void takingLeavesLess() {
        var repository = new StockRepository();
        var apple = new Article("A1", "apple", null, 5);
        repository.put(apple, 3);
        new StockService(repository).take(apple, 1);
        assertEquals(2, repository.amountOf("A1"));
    }
}
