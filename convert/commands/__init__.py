"""`posteye convert` and `posteye calibrate`; heavy imports wait until they run."""
