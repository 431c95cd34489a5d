"""The workstation's side: data, synthesis, training, evaluation. Needs the `train` extra; imports device_runtime."""
