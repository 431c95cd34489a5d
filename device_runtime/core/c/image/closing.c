/* The paper behind the writing: a grey closing, that is the largest value of each window and then the smallest.
 *
 * A window of 25 px is put together from three windows of three values, 1, 3 and 8 px apart: the first covers 3 px, the
 * next 9, the last 9 + 8 + 8 = 25. The plane is one long array, so that a step across is 1 and a step down is the row's
 * length; a window's value stands where the window begins.
 */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define REACH 12 /* px from the middle of a window to its end */
#define MARGIN PE_CLOSING_MARGIN

static void largest_of_three(const uint8_t *restrict from, uint8_t *restrict to, size_t count, size_t step) {
    for (size_t i = 0; i < count; i++) {
        uint8_t a = from[i], b = from[i + step], c = from[i + 2 * step];
        uint8_t ab = a > b ? a : b;
        to[i] = ab > c ? ab : c;
    }
}

static void smallest_of_three(const uint8_t *restrict from, uint8_t *restrict to, size_t count, size_t step) {
    for (size_t i = 0; i < count; i++) {
        uint8_t a = from[i], b = from[i + step], c = from[i + 2 * step];
        uint8_t ab = a < b ? a : b;
        to[i] = ab < c ? ab : c;
    }
}

/* The largest of 25 values `step` apart, for all of `count` values but the last 24 * step. `values` is used up. */
static void dilate(uint8_t *values, uint8_t *spare, uint8_t *to, size_t count, size_t step) {
    largest_of_three(values, spare, count - 2 * step, step);
    largest_of_three(spare, values, count - 8 * step, 3 * step);
    largest_of_three(values, to, count - 24 * step, 8 * step);
}

/* The smallest of them. */
static void erode(uint8_t *values, uint8_t *spare, uint8_t *to, size_t count, size_t step) {
    smallest_of_three(values, spare, count - 2 * step, step);
    smallest_of_three(spare, values, count - 8 * step, 3 * step);
    smallest_of_three(values, to, count - 24 * step, 8 * step);
}

/* The image in the middle of zeros, which are no window's largest value: [rows + 48, stride]. */
static void lay_out(const pe_plane *gray, uint8_t *area, size_t stride) {
    size_t columns = (size_t)gray->columns, rows = (size_t)gray->rows;
    memset(area, 0, (rows + 4 * REACH) * stride);
    for (size_t y = 0; y < rows; y++) {
        memcpy(area + (y + 2 * REACH) * stride + 2 * REACH, gray->pixels + y * columns, columns);
    }
}

/* Put 255, no window's smallest value, around the [rows, columns] that begin MARGIN px from the area's left and top. */
static void frame(uint8_t *area, size_t stride, size_t rows, size_t columns) {
    memset(area, 255, MARGIN * stride);
    for (size_t y = MARGIN; y < MARGIN + rows; y++) {
        memset(area + y * stride, 255, MARGIN);
        memset(area + y * stride + MARGIN + columns, 255, stride - MARGIN - columns);
    }
    memset(area + (MARGIN + rows) * stride, 255, MARGIN * stride);
}

bool pe_close(const pe_plane *gray, pe_arena *arena, pe_gray *closed) {
    size_t rows = (size_t)gray->rows, columns = (size_t)gray->columns, stride = columns + 4 * REACH;
    uint8_t *area = pe_take(arena, rows + 4 * REACH + MARGIN, stride);
    size_t mark = arena->used;
    uint8_t *spare = pe_take(arena, rows + 4 * REACH, stride);
    if (!area || !spare) {
        return false;
    }
    /* Windows cut at the image's edge are those of an image whose edge is repeated: [rows + 24, columns + 24], REACH px
     * beyond the image on each side. */
    size_t dilated_rows = rows + 2 * REACH, closed_rows = rows + 2 * MARGIN;
    lay_out(gray, area, stride);
    dilate(area, spare, spare, (rows + 4 * REACH) * stride, stride);
    dilate(spare, area, area + MARGIN * stride + MARGIN, dilated_rows * stride, 1);
    /* The smallest values: [rows + 20, columns + 20]; windows do not look beyond what was dilated. */
    frame(area, stride, dilated_rows, columns + 2 * REACH);
    erode(area, spare, spare, (closed_rows + 2 * REACH) * stride, stride);
    erode(spare, area, area, closed_rows * stride, 1);
    arena->used = mark;
    closed->pixels = area;
    closed->height = gray->rows + 2 * MARGIN;
    closed->width = gray->columns + 2 * MARGIN;
    closed->stride = stride;
    return true;
}
