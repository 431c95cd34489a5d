"""Field to strip with NumPy and OpenCV: what the core in C must equal bit for bit, and what reads where it is missing.

Imported only there, for fields in which a dark panel is looked for, and where OpenCV is needed otherwise. A usual
reading does without: to load OpenCV takes longer than to read a field.
"""

from device_runtime.errors import OpenCVMissingError

try:
    import cv2
except ImportError as error:
    raise OpenCVMissingError(
        f"OpenCV is not installed ({error}): sudo apt-get install python3-opencv, and make posteye's environment with "
        "python3 -m venv --system-site-packages; or pip install opencv-python-headless"
    ) from error

__all__ = ["cv2"]

cv2.setNumThreads(1)  # fields are small: more threads cost more than they give
