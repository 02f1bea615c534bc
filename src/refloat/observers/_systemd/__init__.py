"""What units of systemd say, plain ones and Podman's, and what all of them have in common."""
