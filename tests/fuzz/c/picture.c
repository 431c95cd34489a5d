#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"

#define MOST_PIXELS (1 << 17) /* of one picture in 64 */
#define USUAL_PIXELS (1 << 14)
#define USUAL_SHAPE 12 /* columns a row, at most: the width at working height, which costs time, hangs on it */
#define MOST_BYTES ((size_t)1 << 20)
#define MOST_DRAWINGS 12

/* ---- sizes ---- */

/* Sides are mostly those of fields. */
static int32_t read_side(fz_input *input) {
    switch (fz_byte(input) % 16) {
    case 0: return fz_any_int(input);
    case 1: return fz_between(input, 1, PE_MAX_SIDE_PX);
    case 2: return fz_between(input, 1, 1500);
    case 3: return fz_between(input, 1, 16);
    case 4: return 64;
    default: return fz_between(input, 1, 256);
    }
}

static size_t read_stride(fz_input *input, int32_t width) {
    switch (fz_byte(input) % 16) {
    case 0: return (size_t)fz_word(input, 8);
    case 1: return (size_t)fz_any_int(input);
    case 2: return (size_t)width + (size_t)fz_byte(input);
    default: return (size_t)width;
    }
}

static int is_side(int32_t side) {
    return side >= 1 && side <= PE_MAX_SIDE_PX;
}

/* Make valid sizes small enough for a test. */
static void shrink(pe_gray *gray, int large) {
    int32_t most_pixels = large ? MOST_PIXELS : USUAL_PIXELS;
    if (!is_side(gray->height) || !is_side(gray->width)) {
        return;
    }
    if (gray->height > most_pixels / gray->width) {
        gray->height = most_pixels / gray->width > 0 ? most_pixels / gray->width : 1;
    }
    if (!large && gray->width / gray->height > USUAL_SHAPE) {
        gray->width = USUAL_SHAPE * gray->height;
    }
}

/* ---- drawing ---- */

typedef struct {
    uint8_t *pixels;
    int32_t height, width;
    size_t stride;
} sheet;

static void put(const sheet *on, int32_t y, int32_t x, int32_t level) {
    if (y >= 0 && y < on->height && x >= 0 && x < on->width) {
        on->pixels[(size_t)y * on->stride + (size_t)x] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
}

static int32_t get(const sheet *on, int32_t y, int32_t x) {
    return on->pixels[(size_t)y * on->stride + (size_t)x];
}

/* A place along a side, in 1/256 of it. */
static int32_t read_place(fz_input *input, int32_t side) {
    return (int32_t)((int64_t)fz_byte(input) * side / 256);
}

/* A bar that leans by some columns from its foot to its top. */
static void bar(const sheet *on, int32_t top, int32_t left, int32_t tall, int32_t wide, int32_t lean, int32_t level) {
    for (int32_t y = top; y < top + tall && y < on->height; y++) {
        int32_t shift = (int32_t)((int64_t)lean * (top + tall - y) / (tall > 0 ? tall : 1));
        for (int32_t x = left; x < left + wide && x + shift < on->width; x++) {
            put(on, y, x + shift, level);
        }
    }
}

static void draw_bar(fz_input *input, const sheet *on) {
    int32_t top = read_place(input, on->height), left = read_place(input, on->width);
    int32_t tall = 1 + read_place(input, on->height), wide = 1 + read_place(input, on->width);
    int32_t lean = fz_between(input, -20, 20);
    bar(on, top, left, tall, wide, lean, fz_byte(input));
}

/* Bars side by side, which stand as the characters of a line do. */
static void draw_writing(fz_input *input, const sheet *on) {
    int32_t top = read_place(input, on->height), left = read_place(input, on->width);
    int32_t tall = 1 + read_place(input, on->height), wide = fz_between(input, 1, 12);
    int32_t pitch = fz_between(input, 2, 33), count = fz_between(input, 1, 40), slope = fz_between(input, -8, 8);
    int32_t lean = fz_between(input, -20, 20), level = fz_byte(input);
    uint32_t random = 1 + fz_byte(input);
    for (int32_t i = 0; i < count; i++) {
        int32_t shorter = (int32_t)(fz_random(&random) % 4), down = slope * i * pitch / 32;
        bar(on, top + down + shorter, left + i * pitch, tall - shorter, wide, lean, level);
    }
}

static void draw_line(fz_input *input, const sheet *on) {
    int32_t y = read_place(input, on->height), thick = fz_between(input, 1, 4), slope = fz_between(input, -8, 8);
    int32_t first = read_place(input, on->width), last = first + read_place(input, on->width), level = fz_byte(input);
    for (int32_t x = first; x < last && x < on->width; x++) {
        for (int32_t i = 0; i < thick; i++) {
            put(on, y + i + (x - first) * slope / 64, x, level);
        }
    }
}

static void draw_noise(fz_input *input, const sheet *on) {
    int32_t most = 1 + fz_byte(input);
    uint32_t random = 1 + (uint32_t)fz_word(input, 2);
    for (int32_t y = 0; y < on->height; y++) {
        for (int32_t x = 0; x < on->width; x++) {
            put(on, y, x, get(on, y, x) + (int32_t)(fz_random(&random) >> 8) % most - most / 2);
        }
    }
}

static void draw_shade(fz_input *input, const sheet *on) {
    int32_t left = fz_byte(input) - 128, right = fz_byte(input) - 128;
    for (int32_t y = 0; y < on->height; y++) {
        for (int32_t x = 0; x < on->width; x++) {
            put(on, y, x, get(on, y, x) + left + (int32_t)((int64_t)(right - left) * x / on->width));
        }
    }
}

static void draw_checks(fz_input *input, const sheet *on) {
    int32_t tall = fz_between(input, 1, 24), wide = fz_between(input, 1, 24), level = fz_byte(input);
    for (int32_t y = 0; y < on->height; y++) {
        for (int32_t x = 0; x < on->width; x++) {
            put(on, y, x, (y / tall + x / wide) % 2 ? level : get(on, y, x));
        }
    }
}

/* A small image, pixel by pixel, as large as the sheet. */
static void draw_image(fz_input *input, const sheet *on) {
    size_t rows = 1 + (size_t)fz_byte(input), columns = 1 + (size_t)fz_byte(input), given = input->left;
    const uint8_t *image = input->bytes;
    for (int32_t y = 0; y < on->height && given; y++) {
        for (int32_t x = 0; x < on->width; x++) {
            size_t row = (size_t)y * rows / (size_t)on->height, column = (size_t)x * columns / (size_t)on->width;
            put(on, y, x, image[(row * columns + column) % given]);
        }
    }
    size_t used = rows * columns < given ? rows * columns : given;
    input->bytes += used;
    input->left -= used;
}

void fz_draw(fz_input *input, uint8_t *pixels, int32_t height, int32_t width, size_t stride) {
    static void (*const drawings[])(fz_input *, const sheet *) = {draw_bar,   draw_writing, draw_line, draw_noise,
                                                                  draw_shade, draw_checks,  draw_image};
    sheet on = {pixels, height, width, stride};
    uint8_t paper = fz_byte(input);
    for (int32_t y = 0; y < height; y++) {
        memset(pixels + (size_t)y * stride, paper, (size_t)width);
    }
    for (int32_t left = fz_byte(input) % MOST_DRAWINGS; left > 0; left--) {
        drawings[fz_byte(input) % (sizeof drawings / sizeof *drawings)](input, &on);
    }
}

/* ---- both ---- */

fz_picture fz_read_picture(fz_input *input) {
    fz_picture picture = {{NULL, 0, 0, 0}, 0, NULL};
    pe_gray *gray = &picture.gray;
    gray->height = read_side(input);
    gray->width = read_side(input);
    shrink(gray, fz_seldom(input, 64));
    gray->stride = read_stride(input, gray->width);
    picture.valid = is_side(gray->height) && is_side(gray->width) && gray->stride >= (size_t)gray->width &&
                    gray->stride <= (size_t)PTRDIFF_MAX / (size_t)gray->height;
    if (!picture.valid) {
        picture.block = malloc(1);
        gray->pixels = picture.block;
        EXPECT(gray->pixels);
        return picture;
    }
    size_t between = (size_t)gray->height - 1;
    if (between && gray->stride > MOST_BYTES / between) {
        gray->stride = (size_t)gray->width;
    }
    picture.block = malloc(between * gray->stride + (size_t)gray->width);
    EXPECT(picture.block);
    fz_draw(input, picture.block, gray->height, gray->width, gray->stride);
    gray->pixels = picture.block;
    if (fz_seldom(input, 64)) {
        gray->pixels = NULL;
        picture.valid = 0;
    }
    return picture;
}

fz_picture fz_read_mask(fz_input *input) {
    uint8_t level = fz_byte(input);
    fz_picture mask = fz_read_picture(input);
    for (int32_t y = 0; mask.valid && y < mask.gray.height; y++) {
        uint8_t *row = mask.block + (size_t)y * mask.gray.stride;
        for (int32_t x = 0; x < mask.gray.width; x++) {
            row[x] = row[x] < level;
        }
    }
    return mask;
}

void fz_free_picture(fz_picture *picture) {
    free(picture->block);
}
