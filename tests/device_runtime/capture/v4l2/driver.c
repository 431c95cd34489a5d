/* A V4L2 driver in a library that is loaded before the C library (LD_PRELOAD): what a program does to the device named
   FAKE_VIDEO comes here, with the structures as the kernel's own header has them. It films 64 x 32 px in YUYV at 100
   frames a second, the number of the frame being its brightness. Its queue holds old frames as a real one does. While
   the file FAKE_VIDEO_GONE is there, the device is unplugged. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 4, BUFFER_BYTES = 65536, WIDTH = 64, HEIGHT = 32, PERIOD_NS = 10000000 };

struct filled {
    uint32_t index, sequence;
    int64_t exposed_ns;
};

static int video = -1, streaming, queued_count, filled_count;
static uint32_t queued[BUFFERS], sequence;
static int64_t next_ns;
static struct filled filled[BUFFERS];
static int32_t exposure_is_manual, exposure = 156;

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int is_gone(void) { return access(getenv("FAKE_VIDEO_GONE"), F_OK) == 0; }

static int fail(int reason) {
    errno = reason;
    return -1;
}

/* Expose all frames that are due: into the next buffer that is free, or into none. */
static void film(void) {
    for (; streaming && next_ns <= now_ns(); next_ns += PERIOD_NS, sequence++) {
        if (!queued_count) continue;
        uint8_t *rows = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, video, queued[0] * BUFFER_BYTES);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            rows[2 * i] = (uint8_t)(16 + sequence % 200);
            rows[2 * i + 1] = 128;
        }
        munmap(rows, BUFFER_BYTES);
        filled[filled_count++] = (struct filled){queued[0], sequence, next_ns};
        memmove(queued, queued + 1, --queued_count * sizeof *queued);
    }
}

static int control(unsigned long request, struct v4l2_control *asked) {
    int32_t *value = asked->id == V4L2_CID_EXPOSURE_AUTO       ? &exposure_is_manual
                     : asked->id == V4L2_CID_EXPOSURE_ABSOLUTE ? &exposure
                                                               : NULL;
    if (!value) return fail(EINVAL);
    if (request == VIDIOC_S_CTRL)
        *value = asked->value;
    else
        asked->value = *value;
    return 0;
}

static int answer(unsigned long request, void *argument) {
    if (is_gone()) return fail(ENODEV);
    film();
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *found = argument;
        memset(found, 0, sizeof *found);
        strcpy((char *)found->driver, "preloaded");
        strcpy((char *)found->card, "Test camera");
        found->capabilities = V4L2_CAP_DEVICE_CAPS;
        found->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        return 0;
    }
    case VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *found = argument;
        if (found->index || found->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
        found->pixelformat = V4L2_PIX_FMT_YUYV;
        return 0;
    }
    case VIDIOC_S_FMT: {
        struct v4l2_pix_format *pix = &((struct v4l2_format *)argument)->fmt.pix;
        if (streaming) return fail(EBUSY);
        pix->width = WIDTH;
        pix->height = HEIGHT;
        pix->pixelformat = V4L2_PIX_FMT_YUYV;
        pix->bytesperline = 2 * WIDTH;
        pix->sizeimage = 2 * WIDTH * HEIGHT;
        return 0;
    }
    case VIDIOC_G_PARM: {
        struct v4l2_captureparm *rate = &((struct v4l2_streamparm *)argument)->parm.capture;
        rate->capability = 0;
        rate->timeperframe = (struct v4l2_fract){1, 100};
        return 0;
    }
    case VIDIOC_QUERYCTRL: {
        struct v4l2_queryctrl *found = argument;
        if (found->id != V4L2_CID_EXPOSURE_ABSOLUTE && found->id != V4L2_CID_EXPOSURE_AUTO) return fail(EINVAL);
        found->minimum = 1;
        found->maximum = 5000;
        found->flags = 0;
        return 0;
    }
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL:
        return control(request, argument);
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *asked = argument;
        if (asked->memory != V4L2_MEMORY_MMAP) return fail(EINVAL);
        asked->count = BUFFERS;
        queued_count = filled_count = 0;
        return 0;
    }
    case VIDIOC_QUERYBUF: {
        struct v4l2_buffer *buffer = argument;
        buffer->length = BUFFER_BYTES;
        buffer->m.offset = buffer->index * BUFFER_BYTES;
        return 0;
    }
    case VIDIOC_QBUF:
        if (queued_count + filled_count == BUFFERS) return fail(EINVAL);
        queued[queued_count++] = ((struct v4l2_buffer *)argument)->index;
        return 0;
    case VIDIOC_DQBUF: {
        struct v4l2_buffer *buffer = argument;
        if (!filled_count) return fail(EAGAIN);
        buffer->index = filled[0].index;
        buffer->sequence = filled[0].sequence;
        buffer->bytesused = 2 * WIDTH * HEIGHT;
        buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE;
        buffer->timestamp.tv_sec = filled[0].exposed_ns / 1000000000;
        buffer->timestamp.tv_usec = filled[0].exposed_ns % 1000000000 / 1000;
        memmove(filled, filled + 1, --filled_count * sizeof *filled);
        return 0;
    }
    case VIDIOC_STREAMON:
        streaming = 1;
        sequence = 0;
        next_ns = now_ns();
        return 0;
    case VIDIOC_STREAMOFF:
        streaming = 0;
        return 0;
    }
    return fail(ENOTTY);
}

static int opened(const char *name, const char *path, int flags, int mode) {
    if (strcmp(path, getenv("FAKE_VIDEO"))) return ((int (*)(const char *, int, int))dlsym(RTLD_NEXT, name))(path, flags, mode);
    if (is_gone()) return fail(ENOENT);
    streaming = 0;
    video = memfd_create("video", MFD_CLOEXEC);
    if (video >= 0 && ftruncate(video, BUFFERS * BUFFER_BYTES)) return -1;
    return video;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = va_arg(rest, int);
    va_end(rest);
    return opened("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = va_arg(rest, int);
    va_end(rest);
    return opened("open64", path, flags, mode);
}

int ioctl(int number, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (number != video || video < 0)
        return ((int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl"))(number, request, argument);
    return answer(request & 0xffffffffUL, argument);
}

int poll(struct pollfd *asked, nfds_t count, int timeout_ms) {
    if (video < 0 || count != 1 || asked->fd != video)
        return ((int (*)(struct pollfd *, nfds_t, int))dlsym(RTLD_NEXT, "poll"))(asked, count, timeout_ms);
    const int64_t until_ns = now_ns() + timeout_ms * 1000000LL;
    for (;;) {
        film();
        asked->revents = is_gone() ? POLLERR | POLLHUP : filled_count ? POLLIN : 0;
        if (asked->revents) return 1;
        if (now_ns() >= until_ns) return 0;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
}
