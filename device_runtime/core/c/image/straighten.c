/* Resample the ink so that the writing stands upright and level at the right height; trim empty ends. */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define ROWS PE_STRIP_HEIGHT_PX
#define MIDDLE_PX (ROWS / 2.0) /* the line's middle, between two rows */
#define INK_LEVEL 90           /* of 255: a brighter pixel of a strip counts as ink */
#define FEWEST_IN_A_COLUMN 2   /* such pixels of a column that is not empty */
#define BEFORE_PX 6            /* columns that are kept before the first with ink, and behind the last */
#define MARGIN_PX 4            /* blank columns that are added at each end */

/* Adding it to a float64 below 2^51 rounds to whole numbers, halves to even, and leaves them in the low bits. */
#define ROUNDER 6755399441055744.0 /* 1.5 * 2^52 */

/* ---- the map ---- */

double pe_scale_of(double height, double body_px) {
    double least = 0.33 * PE_WORK_ROWS;
    return pe_clamped(body_px / (height > least ? height : least), 0.25, 1.2);
}

/* The affine map from pixels (u, v, 1) of the strip to (x, y) of the ink, and the strip's width in px.
 * With v' = (v - 16) / scale: x = u / scale - slant v' - overhang; y = center + v' + skew (x - middle). */
static int32_t map_strip(const pe_text_line *line, double scale, int32_t rows, int32_t columns, double matrix[6]) {
    double overhang = fabs(line->slant) * rows * 0.3; /* columns by which sheared strokes may reach beyond the field */
    matrix[0] = 1 / scale;
    matrix[1] = -line->slant / scale;
    matrix[2] = line->slant * MIDDLE_PX / scale - overhang;
    matrix[3] = line->skew * matrix[0] + 0;
    matrix[4] = line->skew * matrix[1] + 1 / scale;
    matrix[5] = line->skew * matrix[2] + (line->center_y - MIDDLE_PX / scale - line->skew * columns / 2);
    return (int32_t)ceil((columns + 2 * overhang) * scale) + 1;
}

/* ---- sampling ---- */

/* Where a row of the strip comes from along one axis, in 1/32 px, rounded: int32 [width]. */
static void place(const double *restrict along, double across, double shift, int32_t width, int32_t *restrict places) {
    for (int32_t u = 0; u < width; u++) {
        double rounded = along[u] + across + shift + ROUNDER;
        uint64_t bits;
        memcpy(&bits, &rounded, sizeof bits);
        places[u] = (int32_t)(uint32_t)bits;
    }
}

/* A pixel of the ink; 0 beyond its edges. */
static uint32_t pixel(const pe_plane *ink, int32_t x, int32_t y) {
    bool inside = x >= 0 && x < ink->columns && y >= 0 && y < ink->rows;
    return inside ? ink->pixels[(size_t)y * (size_t)ink->columns + (size_t)x] : 0;
}

/* Bilinear interpolation at (x, y) in 1/32 px with weights of 1/1024, as OpenCV's fixed-point maps have it. Shifting a
 * negative number right keeps its sign, as with every compiler that builds this. */
static uint8_t sample(const pe_plane *ink, int32_t x, int32_t y) {
    int32_t left = x >> 5, top = y >> 5;
    uint32_t upper_left, upper_right, lower_left, lower_right;
    if ((uint32_t)left < (uint32_t)(ink->columns - 1) && (uint32_t)top < (uint32_t)(ink->rows - 1)) {
        const uint8_t *upper = ink->pixels + (size_t)top * (size_t)ink->columns + (size_t)left;
        const uint8_t *lower = upper + ink->columns;
        upper_left = upper[0];
        upper_right = upper[1];
        lower_left = lower[0];
        lower_right = lower[1];
    } else {
        upper_left = pixel(ink, left, top);
        upper_right = pixel(ink, left + 1, top);
        lower_left = pixel(ink, left, top + 1);
        lower_right = pixel(ink, left + 1, top + 1);
    }
    uint32_t right_share = (uint32_t)x & 31, lower_share = (uint32_t)y & 31;
    uint32_t upper = upper_left * (32 - right_share) + upper_right * right_share;
    uint32_t lower = lower_left * (32 - right_share) + lower_right * right_share;
    return (uint8_t)((upper * (32 - lower_share) + lower * lower_share + 512) >> 10);
}

static bool sample_all(const pe_plane *ink, const double matrix[6], pe_arena *arena, pe_plane *strip) {
    size_t mark = arena->used, width = (size_t)strip->columns;
    double *x_along = pe_take(arena, width, sizeof *x_along), *y_along = pe_take(arena, width, sizeof *y_along);
    int32_t *x = pe_take(arena, width, sizeof *x), *y = pe_take(arena, width, sizeof *y);
    if (!x_along || !y_along || !x || !y) {
        return false;
    }
    for (int32_t u = 0; u < strip->columns; u++) {
        x_along[u] = 32 * matrix[0] * u;
        y_along[u] = 32 * matrix[3] * u;
    }
    for (int32_t v = 0; v < ROWS; v++) {
        place(x_along, 32 * matrix[1] * v, 32 * matrix[2], strip->columns, x);
        place(y_along, 32 * matrix[4] * v, 32 * matrix[5], strip->columns, y);
        uint8_t *row = strip->pixels + (size_t)v * width;
        for (size_t u = 0; u < width; u++) {
            row[u] = sample(ink, x[u], y[u]);
        }
    }
    arena->used = mark;
    return true;
}

/* ---- trimming ---- */

/* How many pixels of each column are ink: uint8 [columns]. */
static void count_ink(const pe_plane *strip, uint8_t *restrict counts) {
    size_t columns = (size_t)strip->columns;
    memset(counts, 0, columns);
    for (int32_t v = 0; v < ROWS; v++) {
        const uint8_t *restrict row = strip->pixels + (size_t)v * columns;
        for (size_t u = 0; u < columns; u++) {
            counts[u] = (uint8_t)(counts[u] + (row[u] > INK_LEVEL));
        }
    }
}

/* The first and one past the last column to keep of a strip; false when it holds no ink. */
static bool find_ends(const uint8_t *counts, int32_t columns, int32_t *left, int32_t *right) {
    int32_t first = 0, last = columns - 1;
    while (first < columns && counts[first] < FEWEST_IN_A_COLUMN) {
        first++;
    }
    if (first == columns) {
        return false;
    }
    while (counts[last] < FEWEST_IN_A_COLUMN) {
        last--;
    }
    *left = pe_most(0, first - BEFORE_PX);
    *right = pe_least(columns, last + BEFORE_PX + 1);
    return true;
}

/* The columns of a strip from `left` up to `right`, with blank ones at each end. */
static bool cut_out(const pe_plane *strip, int32_t left, int32_t right, pe_arena *arena, pe_plane *trimmed) {
    *trimmed = pe_new_plane(arena, ROWS, right - left + 2 * MARGIN_PX);
    if (!trimmed->pixels) {
        return false;
    }
    size_t from = (size_t)strip->columns, to = (size_t)trimmed->columns;
    memset(trimmed->pixels, 0, ROWS * to);
    for (size_t v = 0; v < ROWS; v++) {
        memcpy(trimmed->pixels + v * to + MARGIN_PX, strip->pixels + v * from + left, (size_t)(right - left));
    }
    return true;
}

/* ---- the stage ---- */

bool pe_straighten(const pe_plane *ink, const pe_text_line *line, double body_px, pe_arena *arena, pe_plane *strip,
                   double matrix[6]) {
    double scale = pe_scale_of(line->height, body_px);
    int32_t left, right, width = map_strip(line, scale, ink->rows, ink->columns, matrix);
    pe_plane smooth = *ink, sampled = pe_new_plane(arena, ROWS, width);
    uint8_t *counts = pe_take(arena, (size_t)width, 1);
    if (!sampled.pixels || !counts) {
        return false;
    }
    /* Made smaller by this much, thin strokes would break without a blur before. */
    double sigma_px = 0.38 / scale;
    if (scale < 0.75 && !pe_blur(ink, (int32_t)lrint(sigma_px * 6 + 1) | 1, sigma_px, arena, &smooth)) {
        return false;
    }
    if (!sample_all(&smooth, matrix, arena, &sampled)) {
        return false;
    }
    count_ink(&sampled, counts);
    if (!find_ends(counts, width, &left, &right)) {
        strip->pixels = NULL;
        return true;
    }
    matrix[2] += matrix[0] * (left - MARGIN_PX);
    matrix[5] += matrix[3] * (left - MARGIN_PX);
    return cut_out(&sampled, left, right, arena, strip);
}
