"""Other protocols than that of the wire: lines of ASCII, MQTT, HTTP, Modbus; docs/other-tongues.md describes them."""
