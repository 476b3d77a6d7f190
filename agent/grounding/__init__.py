"""An answer may only contain what tools returned."""
