"""LeNet-5 of the paper's comparison through the same conversion to int8."""
