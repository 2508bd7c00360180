"""Benchmarks, real event logs, and a simulated town: numbers that we stand behind."""
