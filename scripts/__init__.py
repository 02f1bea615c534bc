"""What `make` and the tests call: set-up, reference pages, changelog."""
