package org.example.orchard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StockControllerTest {
    @Test
    void unknownArticlesAreNotThere() {
        assertEquals(0, new StockController(new StockRepository()).stock("X").amount());
    }
}
