/* Field to ink: paper flattened to 0, solid ink at 255. */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define MEAN_PX (2 * PE_CLOSING_MARGIN + 1) /* side of the square over which the paper's brightness is averaged */
#define MEAN_AREA (MEAN_PX * MEAN_PX)
#define MIN_INK_DARKNESS 26 /* of 255, against the paper around it */
#define MIN_PAPER 30        /* keeps the division by the paper's brightness tame in deep shadow */

/* Adding and subtracting it rounds a float32 below 2^22 to whole numbers, halves to even. */
#define ROUNDER 12582912.0f /* 1.5 * 2^23 */

/* ---- darkness ---- */

/* Sums of the columns of MEAN_PX rows, one row farther down: one row more, and the first one less. */
static void move_sums(uint16_t *restrict sums, const uint8_t *restrict more, const uint8_t *restrict less,
                      int32_t columns) {
    for (int32_t x = 0; x < columns; x++) {
        sums[x] = (uint16_t)(sums[x] + more[x] - less[x]);
    }
}

static void add_row(uint16_t *restrict sums, const uint8_t *restrict more, int32_t columns) {
    for (int32_t x = 0; x < columns; x++) {
        sums[x] = (uint16_t)(sums[x] + more[x]);
    }
}

/* Sums of 3, 6 and 12 neighbours, of which those of 21 are put together; 12 columns' sums just fit in 16 bits. */
typedef struct {
    uint16_t *three, *six, *twelve;
} neighbours;

static bool take_neighbours(pe_arena *arena, size_t count, neighbours *taken) {
    taken->three = pe_take(arena, count, sizeof(uint16_t));
    taken->six = pe_take(arena, count, sizeof(uint16_t));
    taken->twelve = pe_take(arena, count, sizeof(uint16_t));
    return taken->three && taken->six && taken->twelve;
}

static void add_shifted(const uint16_t *restrict values, int32_t shift, int32_t count, uint16_t *restrict sums) {
    for (int32_t x = 0; x < count; x++) {
        sums[x] = (uint16_t)(values[x] + values[x + shift]);
    }
}

/* Of uint16 [columns + 20]. */
static void sum_neighbours(const uint16_t *restrict values, int32_t columns, const neighbours *sums) {
    uint16_t *restrict three = sums->three;
    for (int32_t x = 0; x < columns + 18; x++) {
        three[x] = (uint16_t)(values[x] + values[x + 1] + values[x + 2]);
    }
    add_shifted(three, 3, columns + 12, sums->six);
    add_shifted(sums->six, 6, columns, sums->twelve);
}

/* What is missing to the paper's brightness as a share of it, in float32 as NumPy's: 0..255. */
static void divide(const neighbours *paper_sums, const uint8_t *restrict gray, int32_t columns,
                   uint8_t *restrict dark) {
    const uint16_t *restrict three = paper_sums->three + 18, *restrict six = paper_sums->six + 12;
    const uint16_t *restrict twelve = paper_sums->twelve;
    for (int32_t x = 0; x < columns; x++) {
        int32_t sum = three[x] + six[x] + twelve[x];
        int32_t paper = (int32_t)((float)sum * (1.0f / MEAN_AREA) + 0.5f);
        int32_t missing = paper - gray[x];
        missing = missing < 0 ? 0 : missing;
        int32_t brightness = paper < MIN_PAPER ? MIN_PAPER : paper;
        float share = (float)missing / (float)brightness * 255.0f;
        dark[x] = (uint8_t)(int32_t)((share + ROUNDER) - ROUNDER);
    }
}

bool pe_darkness(const pe_plane *gray, pe_arena *arena, pe_plane *dark) {
    int32_t rows = gray->rows, columns = gray->columns;
    *dark = pe_new_plane(arena, rows, columns);
    size_t mark = arena->used;
    pe_gray paper;
    pe_plane blurred;
    if (!dark->pixels || !pe_close(gray, arena, &paper) || !pe_blur(gray, 3, 0.7, arena, &blurred)) {
        return false;
    }
    neighbours sums;
    uint16_t *column_sums = pe_take(arena, (size_t)paper.width, sizeof *column_sums);
    if (!column_sums || !take_neighbours(arena, (size_t)paper.width, &sums)) {
        return false;
    }
    memset(column_sums, 0, (size_t)paper.width * sizeof *column_sums);
    for (int32_t y = 0; y < MEAN_PX; y++) {
        add_row(column_sums, paper.pixels + (size_t)y * paper.stride, paper.width);
    }
    for (int32_t y = 0; y < rows; y++) {
        if (y) {
            const uint8_t *less = paper.pixels + (size_t)(y - 1) * paper.stride;
            move_sums(column_sums, less + MEAN_PX * paper.stride, less, paper.width);
        }
        size_t at = (size_t)y * (size_t)columns;
        sum_neighbours(column_sums, columns, &sums);
        divide(&sums, blurred.pixels + at, columns, dark->pixels + at);
    }
    arena->used = mark;
    return true;
}

/* ---- contrast ---- */

/* Otsu's threshold of a histogram: the level that parts it into the two most distinct classes.
 * N. Otsu, "A threshold selection method from gray-level histograms", 1979, equation 18. */
static int32_t otsu(const int64_t counts[256], const int64_t below[256]) {
    double total = (double)below[255], mean = 0;
    for (int level = 0; level < 256; level++) {
        mean += (double)(counts[level] * level);
    }
    double moment = 0, best = -1;
    int32_t split = 0;
    for (int32_t level = 0; level < 256; level++) {
        moment += (double)(counts[level] * level);
        double under = (double)below[level], apart = mean * under - moment * total, parted = under * (total - under);
        double between = apart * apart / (parted > 1 ? parted : 1);
        if (between > best) {
            best = between;
            split = level;
        }
    }
    return split;
}

/* The first level from `first` on up to which the share of the pixels above `before` lies. */
static int32_t quantile(const int64_t below[256], int32_t first, int64_t before, int64_t count, double share) {
    double wanted = share * (double)count;
    int32_t level = first;
    while (level < 255 && (double)(below[level] - before) < wanted) {
        level++;
    }
    return level;
}

static void look_up(uint8_t *pixels, size_t count, const uint8_t table[256]) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint8_t a = table[pixels[i]], b = table[pixels[i + 1]], c = table[pixels[i + 2]], d = table[pixels[i + 3]];
        pixels[i] = a;
        pixels[i + 1] = b;
        pixels[i + 2] = c;
        pixels[i + 3] = d;
    }
    for (; i < count; i++) {
        pixels[i] = table[pixels[i]];
    }
}

int32_t pe_stretch_contrast(pe_plane *dark) {
    size_t count = (size_t)dark->rows * (size_t)dark->columns;
    /* Histogram and its running sum, parted into paper and ink. */
    int64_t counts[256], below[256], running = 0;
    pe_histogram(dark->pixels, count, counts);
    for (int level = 0; level < 256; level++) {
        running += counts[level];
        below[level] = running;
    }
    int32_t split = otsu(counts, below);
    int64_t paper = below[split], ink = below[255] - paper;
    if (!ink) {
        return -1;
    }
    /* The level of solid ink, and the level up to which everything is taken for the paper's texture. */
    int32_t ink_level = quantile(below, split + 1, paper, ink, 0.60);
    if (ink_level < MIN_INK_DARKNESS) {
        return -1;
    }
    double texture = 2 * quantile(below, 0, 0, paper, 0.80) - quantile(below, 0, 0, paper, 0.50);
    double floor_level = 0.6 * ink_level < texture ? 0.6 * ink_level : texture;
    /* A linear map between the two. */
    uint8_t table[256];
    for (int level = 0; level < 256; level++) {
        table[level] = (uint8_t)rint(pe_clamped((level - floor_level) / (ink_level - floor_level), 0, 1) * 255);
    }
    look_up(dark->pixels, count, table);
    return pe_least(pe_most(table[split], 64), 153);
}
