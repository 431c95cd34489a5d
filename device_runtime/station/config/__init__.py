"""The configuration of a station: one strict TOML file, as frozen values."""
