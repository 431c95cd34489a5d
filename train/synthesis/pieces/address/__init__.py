"""What is written on a piece: addresses of many countries, and the other numbers of mail."""
