"""PLN909-913: open questions are marked, few, and can be answered."""
