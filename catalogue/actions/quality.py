"""Scoring datasets and storing the reports."""
