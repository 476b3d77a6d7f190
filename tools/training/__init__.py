"""How the weights of the targeting engine are made. Never imported at run time."""
