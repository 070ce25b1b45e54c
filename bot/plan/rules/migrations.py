"""PLN513-515: schemas change in phases, apart from data, and before what needs them."""
