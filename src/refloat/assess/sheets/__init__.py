"""Answer sheets: what a business, an insurer or an assessor asks about a service."""
