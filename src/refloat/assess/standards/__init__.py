"""Other standards: their demands as data, and what the findings say of them."""
