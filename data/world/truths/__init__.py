"""What holds in the made world, from its hidden columns: each claim with its value, its half-width and its n."""
