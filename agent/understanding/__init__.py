"""What a question means: the reader, its network, and what came before."""
