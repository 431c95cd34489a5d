"""OpenCV on one thread. To load it takes longer than to read a field: it is imported where it is first needed."""

import cv2

__all__ = ["cv2"]

cv2.setNumThreads(1)  # fields are small: more threads cost more than they give
