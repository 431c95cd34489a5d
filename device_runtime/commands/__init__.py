"""The commands that run on a device, one a file; no command imports another."""
