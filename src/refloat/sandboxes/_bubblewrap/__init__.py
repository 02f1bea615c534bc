"""The parts of the bubblewrap sandbox; only ``refloat.sandboxes.bubblewrap`` uses them."""
