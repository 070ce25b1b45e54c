"""PLN821-823: what the owner has to decide can be decided, and everybody says the same of it."""
