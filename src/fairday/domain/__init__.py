"""What a shop is made of. Every package here is a library without I/O of its own; none knows another."""
