"""Judgement: plan, facts and an instant in; verdicts and findings out. No clock, no store."""
