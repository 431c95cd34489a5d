"""The station of the demo: mail that is played to its camera, a controller on a virtual cable, and what came of it."""
