/* Rules of a frame: long thin runs of ink, along rows and along columns. */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define GAP_PX 2          /* a rule goes on over gaps that are no wider */
#define MOST_PX UINT8_MAX /* up to which lengths are counted; longer runs are measured one by one */

/* Which runs count. */
typedef struct {
    int32_t length; /* px, at least */
    int32_t cut;    /* the same for runs that begin or end at the edge */
    int32_t gap;    /* a run goes on over gaps of so many px */
} wanted;

/* ---- along rows ---- */

/* The next run from column `from` on, over gaps; false when there is none. */
static bool next_run(const uint8_t *row, int32_t columns, int32_t from, int32_t gap, int32_t *begin, int32_t *end) {
    const uint8_t *at = memchr(row + from, 1, (size_t)(columns - from));
    if (!at) {
        return false;
    }
    *begin = (int32_t)(at - row);
    *end = *begin;
    for (int32_t x = *begin; x < columns && x - *end <= gap;) {
        const uint8_t *past = memchr(row + x, 0, (size_t)(columns - x));
        *end = past ? (int32_t)(past - row) : columns;
        for (x = *end; x < columns && x - *end <= gap && !row[x];) {
            x++;
        }
    }
    return true;
}

/* Set to `value` in `out`, which may be the mask itself, what lies in the runs that count; whether there is any. */
static bool mark_rows(const uint8_t *mask, size_t stride, const wanted *want, uint8_t value, pe_plane *out) {
    bool any = false;
    for (int32_t y = 0; y < out->rows; y++) {
        const uint8_t *row = mask + (size_t)y * stride;
        int32_t begin, end = 0;
        while (end < out->columns && next_run(row, out->columns, end, want->gap, &begin, &end)) {
            int32_t least = begin == 0 || end == out->columns ? want->cut : want->length;
            if (end - begin >= least) {
                memset(out->pixels + (size_t)y * (size_t)out->columns + begin, value, (size_t)(end - begin));
                any = true;
            }
        }
    }
    return any;
}

/* ---- along columns ---- */

/* The first row of the run in a column that ends with the ink of row `last`. */
static int32_t first_row(const uint8_t *mask, size_t stride, int32_t x, int32_t last, int32_t gap) {
    int32_t first = last;
    for (int32_t y = last; y >= 0 && first - y <= gap + 1; y--) {
        first = mask[(size_t)y * stride + (size_t)x] ? y : first;
    }
    return first;
}

static bool mark_column(const uint8_t *mask, size_t stride, const wanted *want, int32_t x, int32_t last, uint8_t value,
                        pe_plane *out) {
    int32_t first = first_row(mask, stride, x, last, want->gap);
    int32_t least = first == 0 || last == out->rows - 1 ? want->cut : want->length;
    if (last + 1 - first < least) {
        return false;
    }
    for (int32_t y = first; y <= last; y++) {
        out->pixels[(size_t)y * (size_t)out->columns + (size_t)x] = value;
    }
    return true;
}

/* A row further down: how long each column's run is with the gap below it, and how many px that gap has, at most one
 * more than a run that has just ended. Whether a run of at least `least` px, gap included, has just ended. */
static uint8_t step(const uint8_t *restrict row, int32_t columns, uint8_t ended, uint8_t least,
                    uint8_t *restrict length, uint8_t *restrict gap, uint8_t *restrict over) {
    uint8_t any = 0, dead = (uint8_t)(ended + 1);
    for (int32_t x = 0; x < columns; x++) {
        uint8_t below = (uint8_t)(gap[x] + 1), before = length[x];
        below = below < dead ? below : dead;
        below = row[x] ? 0 : below;
        uint8_t after = (uint8_t)(before + (before < MOST_PX));
        uint8_t is_over = (uint8_t)((below == ended) & (before >= least));
        gap[x] = below;
        length[x] = below < ended ? after : 0;
        over[x] = is_over;
        any |= is_over;
    }
    return any;
}

/* As mark_rows, along columns. */
static bool mark_columns(const uint8_t *mask, size_t stride, const wanted *want, uint8_t value, pe_arena *arena,
                         pe_plane *out, bool *any) {
    size_t mark = arena->used, columns = (size_t)out->columns;
    uint8_t *length = pe_take(arena, columns, 1), *gap = pe_take(arena, columns, 1), *over = pe_take(arena, columns, 1);
    if (!length || !gap || !over) {
        return false;
    }
    uint8_t ended = (uint8_t)(want->gap + 1), least = (uint8_t)pe_least(want->length + want->gap, MOST_PX);
    for (size_t x = 0; x < columns; x++) {
        length[x] = (uint8_t)pe_least(want->length - want->cut, MOST_PX); /* what the edge may have cut off */
        gap[x] = 0;
    }
    *any = false;
    for (int32_t y = 0; y < out->rows; y++) {
        const uint8_t *row = mask + (size_t)y * stride;
        if (y == 0) { /* a column that begins with paper is cut off nothing */
            for (size_t x = 0; x < columns; x++) {
                length[x] = row[x] ? length[x] : 0;
                gap[x] = row[x] ? 0 : ended;
            }
        }
        if (step(row, out->columns, ended, least, length, gap, over)) {
            for (const uint8_t *at = over; (at = memchr(at, 1, (size_t)(over + columns - at))); at++) {
                *any |= mark_column(mask, stride, want, (int32_t)(at - over), y - ended, value, out);
            }
        }
    }
    for (int32_t x = 0; x < out->columns; x++) {
        *any |= gap[x] < ended && mark_column(mask, stride, want, x, out->rows - 1 - gap[x], value, out);
    }
    arena->used = mark;
    return true;
}

/* ---- both ---- */

static bool is_size(int32_t px) { return px >= 1 && px <= PE_MAX_SIDE_PX; }

static wanted rule(int32_t length) {
    wanted want = {length, (length + 1) / 2, GAP_PX};
    return want;
}

static wanted thick(int32_t length) {
    wanted want = {length, length, 0};
    return want;
}

static bool is_blank(const uint8_t *row, size_t columns) { return !memchr(row, 1, columns); }

/* A row without its rules and their blurred edges: `level` is that row of the rules along rows, with those above and
 * below, `upright` that of the rules along columns. */
static void clear_row(const uint8_t *restrict mask, const uint8_t *const level[3], const uint8_t *restrict upright,
                      int32_t columns, uint8_t *restrict rest) {
    const uint8_t *restrict above = level[0], *restrict here = level[1], *restrict below = level[2];
    int32_t last = columns - 1;
    for (int32_t x = 0; x < columns; x++) {
        rest[x] = mask[x] & (uint8_t)~(above[x] | here[x] | below[x] | upright[x]);
    }
    for (int32_t x = 0; x < last; x++) {
        rest[x] &= (uint8_t)~upright[x + 1];
    }
    for (int32_t x = 1; x <= last; x++) {
        rest[x] &= (uint8_t)~upright[x - 1];
    }
}

static void clear_rules(const pe_gray *mask, const pe_plane *upright, const pe_plane *level, pe_plane *rest) {
    size_t columns = (size_t)mask->width;
    int32_t last = mask->height - 1;
    bool blank[3] = {true, true, true}; /* of the rows of `level` above, here and below: row y at y % 3 */
    blank[0] = is_blank(level->pixels, columns);
    for (int32_t y = 0; y <= last; y++) {
        const uint8_t *rows[3] = {level->pixels + (size_t)pe_most(y - 1, 0) * columns,
                                  level->pixels + (size_t)y * columns,
                                  level->pixels + (size_t)pe_least(y + 1, last) * columns};
        const uint8_t *own = mask->pixels + (size_t)y * mask->stride, *up = upright->pixels + (size_t)y * columns;
        uint8_t *out = rest->pixels + (size_t)y * columns;
        blank[(y + 1) % 3] = is_blank(rows[2], columns);
        if (blank[0] && blank[1] && blank[2] && is_blank(up, columns)) {
            memcpy(out, own, columns);
        } else {
            clear_row(own, rows, up, mask->width, out);
        }
    }
}

pe_status pe_rules(const pe_gray *mask, const pe_rule_sizes *sizes, pe_arena *arena, const uint8_t **rest,
                   const uint8_t **upright) {
    if (!pe_is_valid_gray(mask) || !sizes || !is_size(sizes->upright) || !is_size(sizes->level) ||
        !is_size(sizes->thick_upright) || !is_size(sizes->thick_level) || !pe_is_valid_arena(arena) || !rest ||
        !upright) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    size_t count = (size_t)mask->height * (size_t)mask->width, stride = (size_t)mask->width;
    pe_plane up = pe_new_plane(arena, mask->height, mask->width);
    pe_plane flat = pe_new_plane(arena, mask->height, mask->width);
    pe_plane clear = pe_new_plane(arena, mask->height, mask->width);
    if (!up.pixels || !flat.pixels || !clear.pixels) {
        return PE_ARENA_FULL;
    }
    memset(up.pixels, 0, count);
    memset(flat.pixels, 0, count);
    wanted along_columns = rule(sizes->upright), along_rows = rule(sizes->level);
    wanted thick_up = thick(sizes->thick_upright), thick_flat = thick(sizes->thick_level);
    bool any_up, cleared, any_flat = mark_rows(mask->pixels, mask->stride, &along_rows, 1, &flat);
    if (!mark_columns(mask->pixels, mask->stride, &along_columns, 1, arena, &up, &any_up) ||
        (any_flat && !mark_columns(flat.pixels, stride, &thick_flat, 0, arena, &flat, &cleared))) {
        return PE_ARENA_FULL;
    }
    if (any_up) {
        mark_rows(up.pixels, stride, &thick_up, 0, &up);
    }
    if (any_up || any_flat) {
        clear_rules(mask, &up, &flat, &clear);
    }
    *rest = any_up || any_flat ? clear.pixels : NULL;
    *upright = any_up ? up.pixels : NULL;
    return PE_OK;
}
