"""Kill it, freeze it, starve it, and compare what came out with what the input alone asks for (`make chaos`)."""
