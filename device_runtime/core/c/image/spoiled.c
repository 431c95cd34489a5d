/* Codes that are struck out, or stand beside a blot: the field's ink at the places of some columns of its strip.
 * device_runtime/decoding/spoiled.py has the same in NumPy.
 *
 * A column of the strip has 32 rows, so its ink is one word: bit r = row r.
 */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define FARTHEST 1099511627776.0 /* 2^40, in the map from the strip */
#define INK_PART 2               /* of the deepest ink's depth: paler is paper */
#define INK_WHOLE 5
#define OUTLIERS 50  /* a part of the pixels, that may be deeper than the ink */
#define MISSED 20    /* a part of a code's columns, in which a stroke through it need not be seen */
#define FIRST_END 3  /* rows between which a stroke through a code begins and ends */
#define LAST_END (PE_STRIP_HEIGHT_PX - 3)
#define OFF_MIDDLE 8 /* twice as many rows is its middle near to the strip's */
#define BLOT_WIDTH 9 /* a blot is at least so wide, and 12 rows high */

/* The levels of a field at places of its strip: uint8 [32, columns] each. */
typedef struct {
    uint8_t *middle;
    uint8_t *darkest, *lightest; /* of three places a third of a row apart, so that thin strokes are met */
    uint8_t *inside;             /* 1: the place is in the field */
    int32_t columns;
} levels;

/* Where the places of one row of the strip are in the field. */
typedef struct {
    double *across, *down; /* [columns], what the column adds to x and to y */
    int32_t *x;            /* [columns], nearest column of the field */
    int32_t *y[3];         /* [columns], nearest row of the field: above, at, and below the middle */
} places;

/* The nearest whole number, halves to even, as rint's, for 0..2^51; compilers make no call of it. */
static inline double nearest(double value) {
    const double shift = 4503599627370496.0; /* 2^52: the sum has no room for fractions */
    return (value + shift) - shift;
}

static inline int32_t nearest_in(double value, double highest) {
    return (int32_t)nearest(pe_clamped(value, 0, highest));
}

/* ---- levels ---- */

static bool take_levels(int32_t columns, pe_arena *arena, levels *taken, places *at) {
    size_t width = (size_t)columns, count = PE_STRIP_HEIGHT_PX * width;
    *taken = (levels){pe_take(arena, count, 1), pe_take(arena, count, 1), pe_take(arena, count, 1),
                      pe_take(arena, count, 1), columns};
    at->across = pe_take(arena, width, sizeof *at->across);
    at->down = pe_take(arena, width, sizeof *at->down);
    at->x = pe_take(arena, width, sizeof *at->x);
    bool enough = taken->middle && taken->darkest && taken->lightest && taken->inside && at->across && at->down &&
                  at->x;
    for (int i = 0; i < 3; i++) {
        at->y[i] = pe_take(arena, width, sizeof *at->y[i]);
        enough &= at->y[i] != NULL;
    }
    return enough;
}

/* Find the places of a row of the strip, and which of them are in the field. */
static void place_row(const pe_gray *field, const double map[6], int32_t row, int32_t columns, places *at,
                      uint8_t *restrict inside) {
    double right = field->width - 1, bottom = field->height - 1;
    double row_x = map[1] * row, row_y = map[4] * row, left_x = map[2], top_y = map[5];
    double above = -1.0 / 3 * map[4], below = 1.0 / 3 * map[4];
    const double *restrict across = at->across, *restrict down = at->down;
    int32_t *restrict xs = at->x;
    int32_t *restrict y_above = at->y[0], *restrict y_middle = at->y[1], *restrict y_below = at->y[2];
    for (int32_t i = 0; i < columns; i++) {
        double x = across[i] + row_x + left_x, y = down[i] + row_y + top_y;
        inside[i] = (x > -0.5) & (x < right + 0.5) & (y > -0.5) & (y < bottom + 0.5);
        xs[i] = nearest_in(x, right);
        y_above[i] = nearest_in(y + above, bottom);
        y_middle[i] = nearest_in(y, bottom);
        y_below[i] = nearest_in(y + below, bottom);
    }
}

/* Look a row of places up. */
static void look_up(const pe_gray *field, const places *at, int32_t columns, uint8_t *restrict middle,
                    uint8_t *restrict darkest, uint8_t *restrict lightest) {
    for (int32_t i = 0; i < columns; i++) {
        const uint8_t *column = field->pixels + at->x[i];
        uint8_t above = column[(size_t)at->y[0][i] * field->stride], here = column[(size_t)at->y[1][i] * field->stride];
        uint8_t below = column[(size_t)at->y[2][i] * field->stride];
        uint8_t dark = above < below ? above : below, light = above < below ? below : above;
        middle[i] = here;
        darkest[i] = here < dark ? here : dark;
        lightest[i] = here > light ? here : light;
    }
}

static bool find_levels(const pe_gray *field, const pe_place *place, pe_arena *arena, levels *found) {
    places at;
    int32_t columns = place->end - place->begin;
    if (!take_levels(columns, arena, found, &at)) {
        return false;
    }
    const double *map = place->image_from_strip;
    for (int32_t i = 0; i < columns; i++) {
        at.across[i] = map[0] * (place->begin + i);
        at.down[i] = map[3] * (place->begin + i);
    }
    for (int32_t row = 0; row < PE_STRIP_HEIGHT_PX; row++) {
        size_t first = (size_t)row * (size_t)columns;
        place_row(field, map, row, columns, &at, found->inside + first);
        look_up(field, &at, columns, found->middle + first, found->darkest + first, found->lightest + first);
    }
    return true;
}

/* ---- ink ---- */

/* The grey level that `count` of some pixels do not exceed. */
static int32_t level_of(const uint8_t *pixels, size_t size, size_t count) {
    int64_t counts[256], running = 0;
    pe_histogram(pixels, size, counts);
    for (int32_t level = 0; level < 255; level++) {
        running += counts[level];
        if (running >= (int64_t)count) {
            return level;
        }
    }
    return 255;
}

/* The ink by columns: uint32 [columns]. The median of the levels is the paper; the ink is on the side of it that goes
 * further. */
static void mark_ink(const levels *of, uint32_t *restrict ink) {
    int32_t columns = of->columns;
    size_t size = PE_STRIP_HEIGHT_PX * (size_t)columns, few = size / OUTLIERS;
    int32_t paper = level_of(of->middle, size, size / 2);
    int32_t down = paper - level_of(of->darkest, size, few), up = level_of(of->lightest, size, size - few) - paper;
    bool is_dark = down >= up;
    uint8_t level = (uint8_t)(is_dark ? paper - INK_PART * down / INK_WHOLE : paper + INK_PART * up / INK_WHOLE);
    memset(ink, 0, (size_t)columns * sizeof *ink);
    for (int32_t row = 0; row < PE_STRIP_HEIGHT_PX; row++) {
        size_t first = (size_t)row * (size_t)columns;
        const uint8_t *restrict inside = of->inside + first;
        const uint8_t *restrict pixels = (is_dark ? of->darkest : of->lightest) + first;
        if (is_dark) {
            for (int32_t i = 0; i < columns; i++) {
                ink[i] |= (uint32_t)(inside[i] & (pixels[i] < level)) << row;
            }
        } else {
            for (int32_t i = 0; i < columns; i++) {
                ink[i] |= (uint32_t)(inside[i] & (pixels[i] > level)) << row;
            }
        }
    }
}

/* ---- faults ---- */

/* Whether the straight stroke from row `left` to row `right` is seen in all but `missed` of some columns. */
static bool is_stroke(const uint32_t *thick, int32_t columns, int32_t left, int32_t right, int32_t missed) {
    double last = columns > 1 ? columns - 1 : 1, fall = right - left;
    for (int32_t i = 0; i < columns; i++) {
        int32_t row = (int32_t)nearest(left + fall * (i / last));
        missed -= !(thick[i] >> row & 1);
        if (missed < 0) {
            return false;
        }
    }
    return true;
}

/* Whether one straight stroke goes through the columns from end to end and near their middle. `thick` has room for
 * them. */
static bool is_struck(const uint32_t *ink, int32_t columns, uint32_t *thick) {
    int32_t missed = columns / MISSED, empty = 0;
    for (int32_t i = 0; i < columns; i++) {
        empty += !ink[i];
        thick[i] = ink[i] | ink[i] << 1 | ink[i] >> 1;
    }
    if (empty > missed) {
        return false;
    }
    for (int32_t left = FIRST_END; left <= LAST_END; left++) {
        for (int32_t right = FIRST_END; right <= LAST_END; right++) {
            int32_t off = left + right - PE_STRIP_HEIGHT_PX;
            if (off >= -OFF_MIDDLE && off <= OFF_MIDDLE && is_stroke(thick, columns, left, right, missed)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether there is solid ink as large as a character. */
static bool has_blot(const uint32_t *ink, int32_t columns) {
    uint32_t beside[BLOT_WIDTH] = {0}; /* of the last columns: where 12 rows of ink begin */
    for (int32_t i = 0; i < columns; i++) {
        uint32_t high = ink[i] & ink[i] >> 1;
        high &= high >> 2;
        high &= high >> 4;
        high &= high >> 4;
        beside[i % BLOT_WIDTH] = high;
        for (int j = 0; j < BLOT_WIDTH && high; j++) {
            high &= beside[j];
        }
        if (high) {
            return true;
        }
    }
    return false;
}

/* ---- the entry point ---- */

static bool is_valid_place(const pe_place *place) {
    if (!place || place->begin < -PE_FARTHEST_COLUMN || place->end > PE_FARTHEST_COLUMN || place->begin > place->end) {
        return false;
    }
    for (int i = 0; i < 6; i++) {
        if (!(fabs(place->image_from_strip[i]) <= FARTHEST)) {
            return false;
        }
    }
    return place->code_begin >= -1 && place->code_end >= place->code_begin &&
           place->code_end <= place->end - place->begin;
}

pe_status pe_spoiled(const pe_gray *field, const pe_place *place, pe_arena *arena, int32_t *fault) {
    if (!pe_is_valid_gray(field) || !is_valid_place(place) || !pe_is_valid_arena(arena) || !fault) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    int32_t columns = place->end - place->begin, code = place->code_end - place->code_begin;
    if (!columns) {
        /* What has no columns has a stroke in all of them. */
        *fault = place->code_begin < 0 ? PE_NO_FAULT : PE_STRUCK;
        return PE_OK;
    }
    levels found;
    uint32_t *ink = pe_take(arena, (size_t)columns, sizeof *ink);
    uint32_t *thick = pe_take(arena, (size_t)columns, sizeof *thick);
    if (!ink || !thick || !find_levels(field, place, arena, &found)) {
        return PE_ARENA_FULL;
    }
    mark_ink(&found, ink);
    bool struck = place->code_begin >= 0 && is_struck(ink + place->code_begin, code, thick);
    *fault = struck ? PE_STRUCK : has_blot(ink, columns) ? PE_BLOT : PE_NO_FAULT;
    return PE_OK;
}
