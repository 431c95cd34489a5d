/* Resizing: down by whole factors through means of blocks, then linearly in fixed point.
 *
 * The bits are those of OpenCV's INTER_AREA for whole factors and of its INTER_LINEAR_EXACT (modules/imgproc/src/
 * resize.cpp): shares of 1/256 px, two weighted sums, rounded once.
 */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define ONE 256u                /* a whole pixel */
#define MAX_BLOCK_PX (1 << 23) /* of a block whose mean is taken: its sum fits in 31 bits */

/* ---- means of blocks ---- */

/* Column sums of a block of rows: uint32 [columns]. */
static void sum_rows(const uint8_t *rows, size_t stride, int32_t count, size_t columns, uint32_t *sums) {
    memset(sums, 0, columns * sizeof *sums);
    for (int32_t row = 0; row < count; row++) {
        const uint8_t *pixels = rows + (size_t)row * stride;
        for (size_t x = 0; x < columns; x++) {
            sums[x] += pixels[x];
        }
    }
}

/* The mean of a block: halves up for 2 x 2 px, else by float32 with halves to even, as OpenCV has it. */
static uint8_t mean(uint32_t sum, int32_t width, int32_t height) {
    if (width == 2 && height == 2) {
        return (uint8_t)((sum + 2) >> 2);
    }
    float scaled = (float)(int32_t)sum * (1.0f / (float)(width * height));
    return (uint8_t)lrintf(scaled);
}

static bool copy(const pe_gray *gray, pe_arena *arena, pe_plane *plane) {
    *plane = pe_new_plane(arena, gray->height, gray->width);
    if (!plane->pixels) {
        return false;
    }
    size_t width = (size_t)gray->width;
    for (int32_t y = 0; y < gray->height; y++) {
        memcpy(plane->pixels + (size_t)y * width, gray->pixels + (size_t)y * gray->stride, width);
    }
    return true;
}

bool pe_reduce(const pe_gray *gray, int32_t factor, pe_arena *arena, pe_plane *reduced) {
    if (factor == 1) {
        return copy(gray, arena, reduced);
    }
    int32_t rows = pe_most(1, gray->height / factor), columns = pe_most(1, gray->width / factor);
    int32_t block_rows = pe_least(factor, gray->height), block_columns = pe_least(factor, gray->width);
    *reduced = pe_new_plane(arena, rows, columns);
    size_t mark = arena->used, used_columns = (size_t)columns * (size_t)block_columns;
    uint32_t *sums = pe_take(arena, used_columns, sizeof *sums);
    if (!reduced->pixels || !sums) {
        return false;
    }
    for (int32_t y = 0; y < rows; y++) {
        sum_rows(gray->pixels + (size_t)y * (size_t)block_rows * gray->stride, gray->stride, block_rows, used_columns,
                 sums);
        const uint32_t *block = sums;
        for (int32_t x = 0; x < columns; x++, block += block_columns) {
            uint32_t sum = 0;
            for (int32_t i = 0; i < block_columns; i++) {
                sum += block[i];
            }
            reduced->pixels[(size_t)y * (size_t)columns + (size_t)x] = mean(sum, block_columns, block_rows);
        }
    }
    arena->used = mark;
    return true;
}

/* ---- linearly ---- */

/* Between which two pixels each pixel of the result lies: `first` and the next one, with the share of the latter. */
typedef struct {
    int32_t *first;
    uint16_t *share; /* 0..ONE */
} places;

static bool take_places(pe_arena *arena, int32_t count, places *taken) {
    taken->first = pe_take(arena, (size_t)count, sizeof *taken->first);
    taken->share = pe_take(arena, (size_t)count, sizeof *taken->share);
    return taken->first && taken->share;
}

/* Pixel i of `to` pixels has its middle at (i + 1/2) from / to of the source; beyond the ends its edge goes on. */
static void place(int32_t from, int32_t to, const places *placed) {
    double scale = 1.0 / ((double)to / from);
    for (int32_t i = 0; i < to; i++) {
        double at = scale * (i + 0.5) - 0.5;
        int32_t first = (int32_t)floor(at);
        bool inside = first >= 0 && first < from - 1, beyond = first >= from - 1 && from > 1;
        placed->first[i] = inside ? first : beyond ? from - 2 : 0;
        placed->share[i] = (uint16_t)(inside ? (uint32_t)lrint((at - first) * ONE) : beyond ? ONE : 0);
    }
}

/* A row of the source at the result's width, in 1/256 levels: uint16 [columns]. */
static void widen(const uint8_t *row, int32_t width, const places *across, int32_t columns, uint16_t *widened) {
    if (width == 1) {
        for (int32_t x = 0; x < columns; x++) {
            widened[x] = (uint16_t)(row[0] * ONE);
        }
        return;
    }
    for (int32_t x = 0; x < columns; x++) {
        const uint8_t *pair = row + across->first[x];
        uint32_t share = across->share[x];
        widened[x] = (uint16_t)(pair[0] * (ONE - share) + pair[1] * share);
    }
}

static void mix_rows(const uint16_t *upper, const uint16_t *lower, uint32_t share, int32_t columns, uint8_t *mixed) {
    for (int32_t x = 0; x < columns; x++) {
        mixed[x] = (uint8_t)((upper[x] * (ONE - share) + lower[x] * share + ONE * ONE / 2) >> 16);
    }
}

static bool resize_linear(const pe_gray *gray, pe_plane *resized, pe_arena *arena) {
    size_t mark = arena->used;
    int32_t columns = resized->columns;
    places across, down;
    bool taken = take_places(arena, columns, &across) && take_places(arena, resized->rows, &down);
    /* The two rows of the source that the result's row lies between: even ones in the first place. */
    uint16_t *rows[2];
    rows[0] = pe_take(arena, (size_t)columns, sizeof **rows);
    rows[1] = pe_take(arena, (size_t)columns, sizeof **rows);
    if (!taken || !rows[0] || !rows[1]) {
        return false;
    }
    place(gray->width, columns, &across);
    place(gray->height, resized->rows, &down);
    int32_t held[2] = {-1, -1};
    for (int32_t y = 0; y < resized->rows; y++) {
        int32_t upper = down.first[y], lower = pe_least(upper + 1, gray->height - 1);
        for (int32_t row = upper; row <= lower; row++) {
            if (held[row & 1] != row) {
                widen(gray->pixels + (size_t)row * gray->stride, gray->width, &across, columns, rows[row & 1]);
                held[row & 1] = row;
            }
        }
        mix_rows(rows[upper & 1], rows[lower & 1], down.share[y], columns,
                 resized->pixels + (size_t)y * (size_t)columns);
    }
    arena->used = mark;
    return true;
}

bool pe_resize_exact(const pe_gray *gray, int32_t rows, int32_t columns, pe_arena *arena, pe_plane *resized) {
    int32_t factor = gray->height / rows;
    *resized = pe_new_plane(arena, rows, columns);
    if (!resized->pixels) {
        return false;
    }
    if (factor <= 1) {
        return resize_linear(gray, resized, arena);
    }
    size_t mark = arena->used;
    pe_plane reduced;
    if (!pe_reduce(gray, factor, arena, &reduced)) {
        return false;
    }
    pe_gray source = {reduced.pixels, reduced.rows, reduced.columns, (size_t)reduced.columns};
    bool done = resize_linear(&source, resized, arena);
    arena->used = mark;
    return done;
}

static bool is_side(int32_t px) { return px >= 1 && px <= PE_MAX_SIDE_PX; }

pe_status pe_resize(const pe_gray *gray, int32_t height_px, int32_t width_px, pe_arena *arena, const uint8_t **pixels) {
    if (!pe_is_valid_gray(gray) || !is_side(height_px) || !is_side(width_px) || !pe_is_valid_arena(arena) || !pixels) {
        return PE_INVALID;
    }
    int64_t factor = gray->height / height_px;
    if (factor * pe_least((int32_t)factor, gray->width) > MAX_BLOCK_PX) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    pe_plane resized;
    if (!pe_resize_exact(gray, height_px, width_px, arena, &resized)) {
        return PE_ARENA_FULL;
    }
    *pixels = resized.pixels;
    return PE_OK;
}
