"""How many instructions a reading takes on a Raspberry Pi's processor, by stage and by library."""
