package org.example.orchard;

/** Who sells us something. */
public record Supplier(String name, String email) {}
