"""How the shipped chat model is made: data, fine-tuning, evaluation. Never imported at run time."""
