"""What a document of each format must hold: sections, their order, the form of steps and tables
(PLN101-116)."""
