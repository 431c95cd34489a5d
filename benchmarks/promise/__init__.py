"""What the threshold for 1 % wrong codes comes to on sets that it was not fitted on."""
