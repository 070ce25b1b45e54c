"""The REST API: one module for each area of GitHub's own documentation, one function for each operation."""
