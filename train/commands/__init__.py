"""The commands of the workstation that train, evaluate and explain; heavy imports wait until they run."""
