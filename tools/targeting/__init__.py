"""Who would engage: signals, propensity, calibration, reasons."""
