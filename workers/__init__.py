"""workers do: they read GitHub, ask the model and apply what bot decided; they decide nothing themselves."""
