"""The version of the program, written here alone: the wheel, the facade and the bundles take it from here."""

VERSION = "0.1.0"
