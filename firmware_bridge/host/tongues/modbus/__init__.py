"""Modbus: the registers of a station, over TCP and RTU."""
