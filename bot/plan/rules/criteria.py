"""PLN601-613: criteria can be tested and requirements are worded as such."""
