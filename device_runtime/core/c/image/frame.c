/* A frame at working scale: made smaller and softer, its blocks, and what is darker than a level around. */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define BLOCK PE_BLOCK_PX
#define BLOCK_PIXELS (BLOCK * BLOCK)
#define PARTS (2 * BLOCK) /* of a block's side: the middles of its pixels lie at odd ones */
#define MOST_FACTOR 64

/* ---- smaller ---- */

/* A row of means of 2 x 2 px, halves up. */
static void halve(const uint8_t *restrict upper, const uint8_t *restrict lower, int32_t columns, uint8_t *restrict row) {
    for (int32_t x = 0; x < columns; x++) {
        row[x] = (uint8_t)((upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
    }
}

/* A row of means of height x width px, halves up. */
static void average(const pe_gray *gray, int32_t y, int32_t height, int32_t width, int32_t columns, uint8_t *row) {
    uint32_t count = (uint32_t)(height * width);
    const uint8_t *begin = gray->pixels + (size_t)y * (size_t)height * gray->stride;
    for (int32_t x = 0; x < columns; x++) {
        uint32_t sum = count / 2;
        for (int32_t i = 0; i < height; i++) {
            const uint8_t *pixels = begin + (size_t)i * gray->stride + (size_t)x * (size_t)width;
            for (int32_t j = 0; j < width; j++) {
                sum += pixels[j];
            }
        }
        row[x] = (uint8_t)(sum / count);
    }
}

static void shrink_row(const pe_gray *gray, int32_t y, int32_t height, int32_t width, int32_t columns, uint8_t *row) {
    const uint8_t *pixels = gray->pixels + (size_t)y * (size_t)height * gray->stride;
    if (height == 1 && width == 1) {
        memcpy(row, pixels, (size_t)columns);
    } else if (height == 2 && width == 2) {
        halve(pixels, pixels + gray->stride, columns, row);
    } else {
        average(gray, y, height, width, columns, row);
    }
}

/* ---- softer ---- */

/* 1 2 1 along a row, whose edge is repeated: uint16 [columns]. */
static void blur_across(const uint8_t *restrict row, int32_t columns, uint16_t *restrict across) {
    int32_t last = columns - 1;
    across[0] = (uint16_t)(3 * row[0] + row[pe_least(1, last)]);
    for (int32_t x = 1; x < last; x++) {
        across[x] = (uint16_t)(row[x - 1] + 2 * row[x] + row[x + 1]);
    }
    if (last) {
        across[last] = (uint16_t)(row[last - 1] + 3 * row[last]);
    }
}

static void blur_down(const uint16_t *restrict above, const uint16_t *restrict row, const uint16_t *restrict below,
                      int32_t columns, uint8_t *restrict soft) {
    for (int32_t x = 0; x < columns; x++) {
        soft[x] = (uint8_t)((uint16_t)(above[x] + 2 * row[x] + below[x] + 8) >> 4);
    }
}

static bool shrink(const pe_gray *gray, int32_t factor, pe_arena *arena, pe_plane *soft) {
    int32_t height = pe_least(factor, gray->height), width = pe_least(factor, gray->width);
    int32_t rows = gray->height / height, columns = gray->width / width;
    *soft = pe_new_plane(arena, rows, columns);
    size_t mark = arena->used;
    uint8_t *row = pe_take(arena, (size_t)columns, 1);
    uint16_t *across[3];
    for (int i = 0; i < 3; i++) {
        across[i] = pe_take(arena, (size_t)columns, sizeof **across);
    }
    if (!soft->pixels || !row || !across[0] || !across[1] || !across[2]) {
        return false;
    }
    for (int32_t y = 0; y < rows; y++) {
        shrink_row(gray, y, height, width, columns, row);
        blur_across(row, columns, across[y % 3]);
        if (y) {
            blur_down(across[pe_most(y - 2, 0) % 3], across[(y - 1) % 3], across[y % 3], columns,
                      soft->pixels + (size_t)(y - 1) * (size_t)columns);
        }
    }
    int32_t last = rows - 1;
    blur_down(across[pe_most(last - 1, 0) % 3], across[last % 3], across[last % 3], columns,
              soft->pixels + (size_t)last * (size_t)columns);
    arena->used = mark;
    return true;
}

/* ---- blocks ---- */

static int32_t blocks(int32_t px) { return (px + BLOCK - 1) / BLOCK; }

/* What is folded of each column over the rows of a row of blocks. */
typedef struct {
    uint16_t *sum;
    uint8_t *least, *most;
} folded;

/* The last row and the last column of the frame are repeated to whole blocks: [whole] each. */
static void fold_rows(const pe_plane *soft, int32_t block, size_t whole, const folded *to) {
    size_t columns = (size_t)soft->columns;
    uint16_t *restrict sum = to->sum;
    uint8_t *restrict least = to->least, *restrict most = to->most;
    memset(sum, 0, columns * sizeof *sum);
    memset(least, 255, columns);
    memset(most, 0, columns);
    for (int32_t i = 0; i < BLOCK; i++) {
        const uint8_t *restrict row = soft->pixels + (size_t)pe_least(block * BLOCK + i, soft->rows - 1) * columns;
        for (size_t x = 0; x < columns; x++) {
            sum[x] = (uint16_t)(sum[x] + row[x]);
            least[x] = row[x] < least[x] ? row[x] : least[x];
            most[x] = row[x] > most[x] ? row[x] : most[x];
        }
    }
    for (size_t x = columns; x < whole; x++) {
        sum[x] = sum[columns - 1];
        least[x] = least[columns - 1];
        most[x] = most[columns - 1];
    }
}

/* Pairs of columns become one, in place: `count` columns are left. */
static void fold_pairs(const folded *both, size_t count) {
    uint16_t *sum = both->sum;
    uint8_t *least = both->least, *most = both->most;
    for (size_t x = 0; x < count; x++) {
        sum[x] = (uint16_t)(sum[2 * x] + sum[2 * x + 1]);
    }
    for (size_t x = 0; x < count; x++) {
        least[x] = least[2 * x] < least[2 * x + 1] ? least[2 * x] : least[2 * x + 1];
    }
    for (size_t x = 0; x < count; x++) {
        most[x] = most[2 * x] > most[2 * x + 1] ? most[2 * x] : most[2 * x + 1];
    }
}

static bool fold(const pe_plane *soft, pe_arena *arena, pe_plane *mean, pe_plane *darkest, pe_plane *lightest) {
    int32_t high = blocks(soft->rows), wide = blocks(soft->columns);
    *mean = pe_new_plane(arena, high, wide);
    *darkest = pe_new_plane(arena, high, wide);
    *lightest = pe_new_plane(arena, high, wide);
    size_t mark = arena->used, count = (size_t)wide, whole = count * BLOCK;
    folded row = {pe_take(arena, whole, sizeof *row.sum), pe_take(arena, whole, 1), pe_take(arena, whole, 1)};
    if (!mean->pixels || !darkest->pixels || !lightest->pixels || !row.sum || !row.least || !row.most) {
        return false;
    }
    for (int32_t y = 0; y < high; y++) {
        size_t at = (size_t)y * count;
        fold_rows(soft, y, whole, &row);
        for (size_t width = BLOCK / 2; width; width /= 2) {
            fold_pairs(&row, width * count);
        }
        for (size_t x = 0; x < count; x++) {
            mean->pixels[at + x] = (uint8_t)((uint16_t)(row.sum[x] + BLOCK_PIXELS / 2) / BLOCK_PIXELS);
        }
        memcpy(darkest->pixels + at, row.least, count);
        memcpy(lightest->pixels + at, row.most, count);
    }
    arena->used = mark;
    return true;
}

pe_status pe_shrink(const pe_gray *gray, int32_t factor, pe_arena *arena, pe_frame *frame) {
    if (!pe_is_valid_gray(gray) || factor < 1 || factor > MOST_FACTOR || !pe_is_valid_arena(arena) || !frame) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    pe_plane soft, mean, darkest, lightest;
    if (!shrink(gray, factor, arena, &soft) || !fold(&soft, arena, &mean, &darkest, &lightest)) {
        return PE_ARENA_FULL;
    }
    frame->soft = soft.pixels;
    frame->mean = mean.pixels;
    frame->darkest = darkest.pixels;
    frame->lightest = lightest.pixels;
    frame->height = soft.rows;
    frame->width = soft.columns;
    return PE_OK;
}

/* ---- darker ---- */

/* Levels of a row of blocks at each pixel of a row of whole blocks, in parts of 1 / PARTS: between the middles of two
 * blocks linearly. */
static void widen(const uint8_t *restrict level, int32_t wide, uint16_t *restrict widened) {
    for (int32_t b = 0; b < wide; b++) {
        uint16_t here = level[b], left = level[pe_most(b - 1, 0)], right = level[pe_least(b + 1, wide - 1)];
        for (int32_t i = 0; i < BLOCK / 2; i++) {
            int32_t share = BLOCK - 1 - 2 * i; /* of the block beside */
            widened[b * BLOCK + i] = (uint16_t)(share * left + (PARTS - share) * here);
            widened[b * BLOCK + BLOCK - 1 - i] = (uint16_t)(share * right + (PARTS - share) * here);
        }
    }
}

static void compare(const uint8_t *restrict soft, const uint16_t *restrict upper, const uint16_t *restrict lower,
                    uint16_t share, int32_t columns, uint8_t *restrict mask) {
    uint16_t rest = (uint16_t)(PARTS - share);
    for (int32_t x = 0; x < columns; x++) {
        uint16_t above = (uint16_t)(upper[x] * rest), below = (uint16_t)(lower[x] * share); /* 255 * 16 * 16 at most */
        uint8_t level = (uint8_t)((uint16_t)(above + below + PARTS * PARTS / 2) / (PARTS * PARTS));
        mask[x] = soft[x] < level;
    }
}

pe_status pe_darker(const pe_gray *soft, const uint8_t *level, pe_arena *arena, const uint8_t **mask) {
    if (!pe_is_valid_gray(soft) || !level || !pe_is_valid_arena(arena) || !mask) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    int32_t high = blocks(soft->height), wide = blocks(soft->width);
    pe_plane found = pe_new_plane(arena, soft->height, soft->width);
    uint16_t *rows[2];
    rows[0] = pe_take(arena, (size_t)wide * BLOCK, sizeof **rows);
    rows[1] = pe_take(arena, (size_t)wide * BLOCK, sizeof **rows);
    if (!found.pixels || !rows[0] || !rows[1]) {
        return PE_ARENA_FULL;
    }
    int32_t held[2] = {-1, -1}; /* even rows of blocks in the first place */
    for (int32_t y = 0; y < soft->height; y++) {
        int32_t parts = 2 * y + 1 - BLOCK, first = (parts + PARTS) / PARTS - 1;
        int32_t pair[2] = {pe_most(first, 0), pe_least(first + 1, high - 1)};
        for (int i = 0; i < 2; i++) {
            if (held[pair[i] & 1] != pair[i]) {
                widen(level + (size_t)pair[i] * (size_t)wide, wide, rows[pair[i] & 1]);
                held[pair[i] & 1] = pair[i];
            }
        }
        compare(soft->pixels + (size_t)y * soft->stride, rows[pair[0] & 1], rows[pair[1] & 1],
                (uint16_t)((parts + PARTS) % PARTS), soft->width, found.pixels + (size_t)y * (size_t)soft->width);
    }
    *mask = found.pixels;
    return PE_OK;
}
