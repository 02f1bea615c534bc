"""What Kubernetes objects are called, and what each kind of them says that it needs."""
