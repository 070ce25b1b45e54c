package org.example.orchard;

/** One kind of thing on the shelf. {@code supplier} is null for what we make ourselves. */
public record Article(String sku, String name, Supplier supplier, int minimum) {}
