"""Field to strip with NumPy and OpenCV: what the core in C must equal bit for bit, and what reads where it is missing.

Imported only there, and for fields in which a dark panel is looked for, so that a usual reading needs no OpenCV.
"""
