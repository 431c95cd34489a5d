/* Gaussian blur in fixed point: weights of 1/256, two weighted sums, rounded once.
 *
 * The bits are those of OpenCV's GaussianBlur of 8-bit images (modules/imgproc/src/smooth.dispatch.cpp): what is lost
 * by rounding one weight is added to the next, and the middle one makes the sum whole.
 */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/exact.h"
#include "image.h"

#define ONE 256 /* the sum of the weights */
#define MOST_SIDE (PE_MAX_KERNEL / 2)

/* weights[i] is that of the pixels i from the middle: exp(-i^2 / 2 sigma^2) but for a factor. */
static void make_kernel(int32_t side, double sigma_px, uint16_t weights[MOST_SIDE + 1]) {
    double exact[MOST_SIDE + 1], sum = 0;
    for (int32_t i = side; i > 0; i--) {
        exact[i] = pe_exp(-0.5 * i * i / (sigma_px * sigma_px));
        sum += exact[i];
    }
    double factor = ONE / (2 * sum + 1), lost = 0;
    int32_t rest = ONE;
    for (int32_t i = side; i > 0; i--) {
        double wanted = exact[i] * factor + lost;
        double given = rint(wanted);
        lost = wanted - given;
        weights[i] = (uint16_t)given;
        rest -= 2 * (int32_t)given;
    }
    weights[0] = (uint16_t)rest;
}

/* A row with its mirrored ends: [side + columns + side]. */
static void pad(const uint8_t *row, int32_t columns, int32_t side, uint8_t *padded) {
    for (int32_t i = 0; i < side; i++) {
        padded[i] = row[pe_mirrored(i - side, columns)];
        padded[side + columns + i] = row[pe_mirrored(columns + i, columns)];
    }
    memcpy(padded + side, row, (size_t)columns);
}

/* Weighted sums along a row, in 1/256 levels: uint16 [columns]. Inlined for each side, so that its loop unrolls. */
static inline void sum_across(const uint8_t *restrict padded, int32_t columns, int32_t side, const uint16_t *weights,
                              uint16_t *restrict sums) {
    for (int32_t x = 0; x < columns; x++) {
        const uint8_t *middle = padded + side + x;
        uint16_t sum = (uint16_t)(middle[0] * weights[0]);
        for (int32_t i = 1; i <= side; i++) {
            sum = (uint16_t)(sum + (uint16_t)(middle[-i] + middle[i]) * weights[i]);
        }
        sums[x] = sum;
    }
}

/* Weighted sums of 2 * side + 1 rows, rounded to levels: uint8 [columns]. */
static inline void sum_down(const uint16_t *const *rows, int32_t columns, int32_t side, const uint16_t *weights,
                            uint8_t *restrict blurred) {
    for (int32_t x = 0; x < columns; x++) {
        uint32_t sum = (uint32_t)rows[side][x] * weights[0] + ONE * ONE / 2;
        for (int32_t i = 1; i <= side; i++) {
            sum += ((uint32_t)rows[side - i][x] + rows[side + i][x]) * weights[i];
        }
        blurred[x] = (uint8_t)(sum >> 16);
    }
}

static void blur_across(const uint8_t *padded, int32_t columns, int32_t side, const uint16_t *weights,
                        uint16_t *sums) {
    switch (side) {
    case 1: sum_across(padded, columns, 1, weights, sums); break;
    case 2: sum_across(padded, columns, 2, weights, sums); break;
    case 3: sum_across(padded, columns, 3, weights, sums); break;
    case 4: sum_across(padded, columns, 4, weights, sums); break;
    default: sum_across(padded, columns, MOST_SIDE, weights, sums); break;
    }
}

static void blur_down(const uint16_t *const *rows, int32_t columns, int32_t side, const uint16_t *weights,
                      uint8_t *blurred) {
    switch (side) {
    case 1: sum_down(rows, columns, 1, weights, blurred); break;
    case 2: sum_down(rows, columns, 2, weights, blurred); break;
    case 3: sum_down(rows, columns, 3, weights, blurred); break;
    case 4: sum_down(rows, columns, 4, weights, blurred); break;
    default: sum_down(rows, columns, MOST_SIDE, weights, blurred); break;
    }
}

bool pe_blur(const pe_plane *gray, int32_t kernel_px, double sigma_px, pe_arena *arena, pe_plane *blurred) {
    int32_t rows = gray->rows, columns = gray->columns, side = kernel_px / 2;
    size_t width = (size_t)columns;
    *blurred = pe_new_plane(arena, rows, columns);
    size_t mark = arena->used;
    uint8_t *padded = pe_take(arena, width + 2 * (size_t)side, 1);
    uint16_t *across = pe_take(arena, (size_t)rows * width, sizeof *across);
    if (!blurred->pixels || !padded || !across) {
        return false;
    }
    uint16_t weights[MOST_SIDE + 1];
    make_kernel(side, sigma_px, weights);
    for (int32_t y = 0; y < rows; y++) {
        pad(gray->pixels + (size_t)y * width, columns, side, padded);
        blur_across(padded, columns, side, weights, across + (size_t)y * width);
    }
    for (int32_t y = 0; y < rows; y++) {
        const uint16_t *around[2 * MOST_SIDE + 1];
        for (int32_t i = -side; i <= side; i++) {
            around[side + i] = across + (size_t)pe_mirrored(y + i, rows) * width;
        }
        blur_down(around, columns, side, weights, blurred->pixels + (size_t)y * width);
    }
    arena->used = mark;
    return true;
}
