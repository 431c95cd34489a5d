"""A bundle's net goes on learning from fields labelled at a station."""
