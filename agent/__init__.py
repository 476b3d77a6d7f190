"""The conversation: chat model, prompts, agent and page."""
