"""What people see: model in, bytes out."""
