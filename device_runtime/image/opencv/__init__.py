"""Field to strip with NumPy and OpenCV: what the core in C must equal bit for bit, and what reads where it is missing.

Imported only there, for fields in which a dark panel is looked for, and where OpenCV is needed otherwise. A usual
reading does without: to load OpenCV takes longer than to read a field.
"""

import cv2

__all__ = ["cv2"]

cv2.setNumThreads(1)  # fields are small: more threads cost more than they give
