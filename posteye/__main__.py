"""`python -m posteye`: the `posteye` command."""

from device_runtime.cli import main

if __name__ == "__main__":
    main()
