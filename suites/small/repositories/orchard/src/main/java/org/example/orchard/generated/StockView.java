// Code generated from api/openapi.yaml. DO NOT EDIT.
package org.example.orchard.generated;

public record StockView(String sku, int amount) {}
