"""MQTT 5: what a station publishes, and what is seen of a fleet of them."""
