"""What a chat model of any make is told beside the question, so that a small one answers it too."""
