/* Grey images made of a fuzzer's bytes: their sizes, which may be hostile, and what is drawn on them. */
#ifndef FZ_PICTURE_H
#define FZ_PICTURE_H

#include "input.h"
#include "posteye_core.h"

typedef struct {
    pe_gray gray;
    int valid;      /* whether the header allows its sizes; if not, the core has to refuse it without a look */
    uint8_t *block; /* holds exactly the pixels that may be looked at */
} fz_picture;

fz_picture fz_read_picture(fz_input *input);

/* The same as a mask: 1 where it is darker than some level, else 0. */
fz_picture fz_read_mask(fz_input *input);

/* Draw on [height, width] bytes: paper, bars, rows of bars as in writing, lines, noise, a small image made large. */
void fz_draw(fz_input *input, uint8_t *pixels, int32_t height, int32_t width, size_t stride);

void fz_free_picture(fz_picture *picture);

static inline uint8_t fz_pixel(const pe_gray *gray, int32_t y, int32_t x) {
    return gray->pixels[(size_t)y * gray->stride + (size_t)x];
}

#endif
