"""Tools of the project itself: set-up, reference pages, changelog."""
