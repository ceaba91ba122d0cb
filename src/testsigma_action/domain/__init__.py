"""What the words mean and what is concluded: pure, no I/O, no clock."""
