"""What `posteye watch` is made of: its values, the station that is built of them, and what it tells."""
