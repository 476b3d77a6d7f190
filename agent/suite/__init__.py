"""Question suites: cases, checks, reports, comparison."""
