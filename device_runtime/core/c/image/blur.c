/* Gaussian blur in fixed point: weights of 1/256, two weighted sums, rounded once.
 *
 * The bits are those of OpenCV's GaussianBlur of 8-bit images (modules/imgproc/src/smooth.dispatch.cpp): what is lost by
 * rounding one weight is added to the next, and the middle one makes the sum whole.
 */
#include <math.h>

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
    for (int32_t x = 0; x < columns; x++) {
        padded[side + x] = row[x];
    }
}

/* Weighted sums along a row, in 1/256 levels: uint16 [columns]. */
static void blur_across(const uint8_t *restrict padded, int32_t columns, int32_t side, const uint16_t *weights,
                        uint16_t *restrict sums) {
    const uint8_t *middle = padded + side;
    uint16_t weight = weights[0];
    for (int32_t x = 0; x < columns; x++) {
        sums[x] = (uint16_t)(middle[x] * weight);
    }
    for (int32_t i = 1; i <= side; i++) {
        const uint8_t *before = middle - i, *after = middle + i;
        weight = weights[i];
        for (int32_t x = 0; weight && x < columns; x++) {
            sums[x] = (uint16_t)(sums[x] + (uint16_t)(before[x] + after[x]) * weight);
        }
    }
}

static void begin_sums(const uint16_t *restrict row, uint32_t weight, int32_t columns, uint32_t *restrict sums) {
    for (int32_t x = 0; x < columns; x++) {
        sums[x] = row[x] * weight + ONE * ONE / 2;
    }
}

static void add_rows(const uint16_t *restrict above, const uint16_t *restrict below, uint32_t weight, int32_t columns,
                     uint32_t *restrict sums) {
    for (int32_t x = 0; x < columns; x++) {
        sums[x] += ((uint32_t)above[x] + below[x]) * weight;
    }
}

static void round_sums(const uint32_t *restrict sums, int32_t columns, uint8_t *restrict rounded) {
    for (int32_t x = 0; x < columns; x++) {
        rounded[x] = (uint8_t)(sums[x] >> 16);
    }
}

bool pe_blur(const pe_plane *gray, int32_t kernel_px, double sigma_px, pe_arena *arena, pe_plane *blurred) {
    int32_t rows = gray->rows, columns = gray->columns, side = kernel_px / 2;
    size_t width = (size_t)columns;
    *blurred = pe_new_plane(arena, rows, columns);
    size_t mark = arena->used;
    uint8_t *padded = pe_take(arena, width + 2 * (size_t)side, 1);
    uint16_t *across = pe_take(arena, (size_t)rows * width, sizeof *across);
    uint32_t *sums = pe_take(arena, width, sizeof *sums);
    if (!blurred->pixels || !padded || !across || !sums) {
        return false;
    }
    uint16_t weights[MOST_SIDE + 1];
    make_kernel(side, sigma_px, weights);
    for (int32_t y = 0; y < rows; y++) {
        pad(gray->pixels + (size_t)y * width, columns, side, padded);
        blur_across(padded, columns, side, weights, across + (size_t)y * width);
    }
    for (int32_t y = 0; y < rows; y++) {
        begin_sums(across + (size_t)y * width, weights[0], columns, sums);
        for (int32_t i = 1; i <= side; i++) {
            if (weights[i]) {
                add_rows(across + (size_t)pe_mirrored(y - i, rows) * width,
                         across + (size_t)pe_mirrored(y + i, rows) * width, weights[i], columns, sums);
            }
        }
        round_sums(sums, columns, blurred->pixels + (size_t)y * width);
    }
    arena->used = mark;
    return true;
}
