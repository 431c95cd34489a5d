"""Cameras of Linux (V4L2), spoken to by ioctl.

OpenCV's own backend is not used: it tells neither the clock of a time stamp nor whether it marks the start of the
exposure, drops the driver's sequence numbers, and reads no control back in the driver's units. Without these a frame
exposed before the trigger cannot be told from one exposed after it.
Source: the kernel's Video for Linux API, linux/videodev2.h.
"""
