"""How the shipped analysis heads are made and measured. Never imported at run time."""
