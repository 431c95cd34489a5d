/* Dark ink or light ink: strokes cover less than half of a line of writing, so that the pixels that differ most from
 * their neighbourhood are ink. The third moment of the differences is negative for dark ink, positive for light ink.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define ABOUT_ROWS 64 /* rows that are looked at, about */
#define MOST_ROWS 128 /* and at most */
#define CHUNK 128     /* pixels whose differences' cubes just fit in 31 bits when they are added */
#define DARK (-0.3)   /* skewness below which the ink is surely dark */
#define LIGHT 0.5     /* above which it is surely light */
#define PANEL_FROM 0.3 /* share of dark pixels from which there may be a dark panel with light writing */
#define PANEL_ROWS 0.4 /* of the field's height, at least */
#define PANEL_AREA 0.3 /* of the field, at least */

/* ---- without specks ---- */

static inline uint8_t least(uint8_t a, uint8_t b) { return a < b ? a : b; }
static inline uint8_t most(uint8_t a, uint8_t b) { return a > b ? a : b; }

/* The median of three rows' columns x, x + 1, x + 2: each column is sorted, then the median of the largest of the
 * lowest, the middle of the middle ones and the smallest of the highest is that of all nine. */
static void median_of_nine(const uint8_t *restrict above, const uint8_t *restrict at, const uint8_t *restrict below,
                           int32_t columns, uint8_t *restrict low, uint8_t *restrict middle, uint8_t *restrict high,
                           uint8_t *restrict medians) {
    for (int32_t x = 0; x < columns + 2; x++) {
        uint8_t small = least(above[x], at[x]), large = most(above[x], at[x]);
        low[x] = least(small, below[x]);
        high[x] = most(large, below[x]);
        middle[x] = most(small, least(large, below[x]));
    }
    for (int32_t x = 0; x < columns; x++) {
        uint8_t lowest = most(most(low[x], low[x + 1]), low[x + 2]);
        uint8_t highest = least(least(high[x], high[x + 1]), high[x + 2]);
        uint8_t small = least(middle[x], middle[x + 1]), large = most(middle[x], middle[x + 1]);
        uint8_t central = most(small, least(large, middle[x + 2]));
        uint8_t lower = least(lowest, central), upper = most(lowest, central);
        medians[x] = most(lower, least(upper, highest));
    }
}

/* A row whose ends are doubled: [1 + columns + 1]. */
static void pad(const uint8_t *row, int32_t columns, uint8_t *padded) {
    padded[0] = row[0];
    memcpy(padded + 1, row, (size_t)columns);
    padded[columns + 1] = row[columns - 1];
}

/* The median of 3 x 3 px; the image's edge goes on beyond it. */
static bool remove_specks(const pe_plane *gray, pe_arena *arena, pe_plane *clean) {
    int32_t rows = gray->rows, columns = gray->columns;
    size_t width = (size_t)columns, mark;
    *clean = pe_new_plane(arena, rows, columns);
    mark = arena->used;
    uint8_t *lines[6]; /* three padded rows, and three of sorted columns */
    for (int i = 0; i < 6; i++) {
        lines[i] = pe_take(arena, width + 2, 1);
        if (!lines[i]) {
            return false;
        }
    }
    if (!clean->pixels) {
        return false;
    }
    pad(gray->pixels, columns, lines[2]);
    memcpy(lines[1], lines[2], width + 2);
    for (int32_t y = 0; y < rows; y++) {
        uint8_t *oldest = lines[0];
        lines[0] = lines[1];
        lines[1] = lines[2];
        lines[2] = oldest;
        pad(gray->pixels + (size_t)pe_least(y + 1, rows - 1) * width, columns, lines[2]);
        median_of_nine(lines[0], lines[1], lines[2], columns, lines[3], lines[4], lines[5],
                       clean->pixels + (size_t)y * width);
    }
    arena->used = mark;
    return true;
}

/* ---- the share of dark pixels ---- */

/* Otsu's threshold in the arithmetic of OpenCV's THRESH_OTSU: the level up to which a pixel is dark. */
static int32_t otsu(const int64_t counts[256], double pixels) {
    double scale = 1 / pixels, mean = 0, share = 0, lower_mean = 0, best = 0;
    for (int level = 0; level < 256; level++) {
        mean += level * (double)counts[level];
    }
    mean *= scale;
    int32_t split = 0;
    for (int32_t level = 0; level < 256; level++) {
        double added = (double)counts[level] * scale;
        lower_mean *= share;
        share += added;
        double rest = 1 - share;
        if (fmin(share, rest) < FLT_EPSILON || fmax(share, rest) > 1 - FLT_EPSILON) {
            continue;
        }
        lower_mean = (lower_mean + level * added) / share;
        double upper_mean = (mean - share * lower_mean) / rest;
        double between = share * rest * (lower_mean - upper_mean) * (lower_mean - upper_mean);
        if (between > best) {
            best = between;
            split = level;
        }
    }
    return split;
}

/* Whether the largest dark piece is as large as a panel. */
static bool has_large_piece(const pe_plane *gray, int32_t threshold, pe_arena *arena, bool *large) {
    size_t mark = arena->used, count = (size_t)gray->rows * (size_t)gray->columns;
    pe_plane dark = pe_new_plane(arena, gray->rows, gray->columns);
    if (!dark.pixels) {
        return false;
    }
    const uint8_t *restrict levels = gray->pixels;
    uint8_t *restrict is_dark = dark.pixels, level = (uint8_t)threshold;
    for (size_t i = 0; i < count; i++) {
        is_dark[i] = levels[i] <= level;
    }
    pe_pieces pieces;
    if (!pe_find_pieces(&dark, arena, &pieces)) {
        return false;
    }
    int64_t largest = 0;
    for (int32_t i = 0; i < pieces.count; i++) {
        largest = pieces.items[i].area > largest ? pieces.items[i].area : largest;
    }
    *large = false;
    for (int32_t i = 0; i < pieces.count; i++) {
        const pe_piece *piece = &pieces.items[i];
        int64_t height = piece->bottom - piece->top, width = piece->right - piece->left;
        *large |= piece->area == largest && (double)height >= PANEL_ROWS * gray->rows &&
                  (double)(width * height) >= PANEL_AREA * (double)count;
    }
    arena->used = mark;
    return true;
}

/* Whether there may be a panel with light writing: much of the field is dark, and one piece of it is large. */
static bool may_be_panel(const pe_plane *gray, pe_arena *arena, bool *may_be) {
    size_t count = (size_t)gray->rows * (size_t)gray->columns;
    int64_t counts[256], dark = 0;
    pe_histogram(gray->pixels, count, counts);
    int32_t threshold = otsu(counts, (double)count);
    for (int32_t level = 0; level <= threshold; level++) {
        dark += counts[level];
    }
    *may_be = false;
    return (double)dark < PANEL_FROM * (double)count || has_large_piece(gray, threshold, arena, may_be);
}

/* ---- skewness ---- */

/* The moments of how much brighter pixels are than the mean around them: whole numbers. */
typedef struct {
    int64_t second, third;
} moments;

/* Sums of `side` neighbours: uint32 [columns] of uint32 [columns + side - 1]. */
static void sum_neighbours(const uint32_t *restrict values, int32_t columns, int32_t side, uint32_t *restrict sums) {
    uint32_t sum = 0;
    for (int32_t i = 0; i < side - 1; i++) {
        sum += values[i];
    }
    for (int32_t x = 0; x < columns; x++) {
        sum += values[x + side - 1];
        sums[x] = sum;
        sum -= values[x];
    }
}

/* Add the differences of at most CHUNK pixels from the means around them, whose sums over `area` px are given.
 * The means are rounded in float32, which is exact: of odd areas there are no halves. */
static void add_differences(const uint32_t *restrict sums, const uint8_t *restrict pixels, int32_t count, int32_t area,
                            moments *differences) {
    float share = 1.0f / (float)area;
    int32_t second = 0, third = 0;
    for (int32_t x = 0; x < count; x++) {
        int32_t mean = (int32_t)((float)(int32_t)sums[x] * share + 0.5f);
        int32_t difference = pixels[x] - mean, square = difference * difference;
        second += square;
        third += square * difference;
    }
    differences->second += second;
    differences->third += third;
}

/* Add a row to sums of columns, and take another from them. */
static void move_sums(uint32_t *restrict sums, const uint8_t *restrict more, const uint8_t *restrict less,
                      int32_t columns) {
    for (int32_t x = 0; x < columns; x++) {
        sums[x] += (uint32_t)(more[x] - less[x]);
    }
}

/* Where the values beyond the ends of a row of `columns` are mirrored from: int32 [half] before and [half] behind. */
static void find_mirrored(int32_t columns, int32_t half, int32_t *before, int32_t *behind) {
    for (int32_t i = 0; i < half; i++) {
        before[i] = pe_mirrored(i - half, columns);
        behind[i] = pe_mirrored(columns + i, columns);
    }
}

/* Moments of the differences from the mean of a square as high as the image, mirrored at its edges. */
static bool sum_differences(const pe_plane *gray, pe_arena *arena, moments *differences) {
    int32_t rows = gray->rows, columns = gray->columns, side = rows | 1, half = side / 2;
    int32_t before[MOST_ROWS / 2], behind[MOST_ROWS / 2];
    size_t mark = arena->used, width = (size_t)columns;
    uint32_t *padded = pe_take(arena, width + 2 * (size_t)half, sizeof *padded);
    uint32_t *sums = pe_take(arena, width, sizeof *sums);
    if (!padded || !sums) {
        return false;
    }
    find_mirrored(columns, half, before, behind);
    uint32_t *column_sums = padded + half;
    memset(column_sums, 0, width * sizeof *column_sums);
    for (int32_t i = -half; i <= half; i++) {
        const uint8_t *row = gray->pixels + (size_t)pe_mirrored(i, rows) * width;
        for (size_t x = 0; x < width; x++) {
            column_sums[x] += row[x];
        }
    }
    differences->second = differences->third = 0;
    for (int32_t y = 0; y < rows; y++) {
        if (y) {
            move_sums(column_sums, gray->pixels + (size_t)pe_mirrored(y + half, rows) * width,
                      gray->pixels + (size_t)pe_mirrored(y - 1 - half, rows) * width, columns);
        }
        for (int32_t i = 0; i < half; i++) {
            padded[i] = column_sums[before[i]];
            column_sums[columns + i] = column_sums[behind[i]];
        }
        sum_neighbours(padded, columns, side, sums);
        for (int32_t x = 0; x < columns; x += CHUNK) {
            add_differences(sums + x, gray->pixels + (size_t)y * width + x, pe_least(CHUNK, columns - x), side * side,
                            differences);
        }
    }
    arena->used = mark;
    return true;
}

static pe_ink ink_of(const moments *differences, double pixels) {
    if (!differences->second) {
        return PE_INK_UNCLEAR;
    }
    double variance = (double)differences->second / pixels;
    double skewness = (double)differences->third / pixels / (variance * sqrt(variance));
    return skewness < DARK ? PE_INK_DARK : skewness > LIGHT ? PE_INK_LIGHT : PE_INK_UNCLEAR;
}

/* ---- the entry point ---- */

pe_status pe_polarity(const pe_gray *field, pe_arena *arena, int32_t *ink) {
    if (!pe_is_valid_gray(field) || !pe_is_valid_arena(arena) || !ink) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    /* About 64 rows of it without specks. */
    pe_plane small, clean;
    moments differences;
    bool panel;
    if (!pe_reduce(field, pe_most(1, field->height / ABOUT_ROWS), arena, &small) ||
        !remove_specks(&small, arena, &clean) || !may_be_panel(&clean, arena, &panel) ||
        !sum_differences(&clean, arena, &differences)) {
        return PE_ARENA_FULL;
    }
    *ink = (int32_t)(panel ? PE_INK_PANEL : ink_of(&differences, (double)small.rows * small.columns));
    return PE_OK;
}
