"""PLN905-908: a functional plan says what, not how, in British spelling."""
