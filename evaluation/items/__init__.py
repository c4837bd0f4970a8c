"""What a slot shows and asks, blinded."""
