"""What the words of a question say for sure, whatever the question reader made of them."""
