"""Audiences that are kept: who is in them, and what their people care for."""
