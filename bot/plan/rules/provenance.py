"""PLN415, PLN712, PLN919, PLN920: the plan says where it comes from, and claims no more."""
