"""Digits and labelled fields as they come from collections and stations, read and checked."""
