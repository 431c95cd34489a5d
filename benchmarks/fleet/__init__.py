"""Many stations on one MQTT broker, which is stopped for a while."""
