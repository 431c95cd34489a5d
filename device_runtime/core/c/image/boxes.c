/* Whether a field may hold preprinted boxes: a look for long straight runs, which lie along most of the writing in boxes
 * and combs. device_runtime/image/boxes.py has the same in NumPy.
 */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "../common/rank.h"
#include "image.h"

#define WORK_ROWS 48                          /* rows that are looked at, about */
#define MOST_ROWS (2 * WORK_ROWS)             /* and fewer than these */
#define SIDE 6                                /* px of those: a straight run as long as a box is wide, */
#define BASE 20                               /* and one as long as a comb */
#define APART 8                               /* rows from the top of a box to its bottom, at least */
#define INK 3                                 /* a part of the deepest ink's depth: paler is paper */
#define OFF_PX 1.5                            /* so near is the ink of a straight line to it */
#define PADDING 32                            /* bytes without ink behind each row */

/* A share of columns. */
typedef struct {
    int64_t part, whole;
} share;

static const share base_share = {3, 5}, side_share = {2, 5}, on_line = {4, 5};

/* Which pixels are ink: those beyond a level. */
typedef struct {
    bool light;
    uint8_t level;
} ink_tone;

/* What the rows with runs say of each column: uint8 [columns + PADDING] each. */
typedef struct {
    uint8_t *written; /* 1: there is ink */
    uint8_t *base;    /* 1: a run of BASE px begins */
    uint8_t *first;   /* 255 - the first row in which a run of SIDE px begins, which counts from 1; 0: none does */
    uint8_t *last;    /* the last one; 0: none does */
} column_runs;

/* ---- ink ---- */

/* The grey level that `count` pixels do not exceed. */
static int32_t level_of(const int64_t counts[256], int64_t count) {
    int64_t running = 0;
    for (int32_t level = 0; level < 255; level++) {
        running += counts[level];
        if (running >= count) {
            return level;
        }
    }
    return 255;
}

/* What is ink in a field, by every other pixel of every other row of squares. */
static ink_tone tone_of(const pe_gray *field, int32_t step) {
    int64_t counts[256] = {0}, size = 0;
    for (int64_t y = 0; y < field->height; y += 2 * (int64_t)step) {
        const uint8_t *row = field->pixels + (size_t)y * field->stride;
        for (int64_t x = 0; x < field->width; x += 2 * (int64_t)step) {
            counts[row[x]]++;
            size++;
        }
    }
    int32_t darkest = level_of(counts, size / 100), paper = level_of(counts, size * 50 / 100);
    int32_t lightest = level_of(counts, size * 99 / 100);
    bool light = lightest - paper > paper - darkest;
    int32_t level = light ? paper + (lightest - paper) / INK : paper - (paper - darkest) / INK;
    ink_tone tone = {light, (uint8_t)level};
    return tone;
}

/* Which of a row's squares have ink: uint8 [columns] of 0 and 1. `line` has room for the squares' pixels. */
static void find_ink(const pe_gray *field, int32_t row, int32_t step, ink_tone tone, int32_t columns,
                     uint8_t *restrict line, uint8_t *restrict ink) {
    int32_t width = columns * step;
    uint8_t level = tone.level;
    memset(line, 0, (size_t)width);
    for (int32_t i = 0; i < step; i++) {
        const uint8_t *restrict pixels = field->pixels + ((size_t)row * (size_t)step + (size_t)i) * field->stride;
        if (tone.light) {
            for (int32_t x = 0; x < width; x++) {
                line[x] |= pixels[x] > level;
            }
        } else {
            for (int32_t x = 0; x < width; x++) {
                line[x] |= pixels[x] < level;
            }
        }
    }
    if (step == 1) {
        memcpy(ink, line, (size_t)columns);
        return;
    }
    for (int32_t x = 0; x < columns; x++) {
        uint8_t any = 0;
        for (int32_t i = 0; i < step; i++) {
            any |= line[x * step + i];
        }
        ink[x] = any;
    }
}

/* ---- runs ---- */

/* Where there are flags both here and `apart` columns on. */
static void both_ends(const uint8_t *restrict flags, int32_t apart, int32_t columns, uint8_t *restrict found) {
    for (int32_t x = 0; x < columns; x++) {
        found[x] = flags[x] & flags[x + apart];
    }
}

static inline uint8_t larger(uint8_t a, uint8_t b) { return a > b ? a : b; }

/* Add a row, whose number counts from 1, to what is known of its columns. Behind the columns of `ink` and of each of the
 * four rows `spare` there are PADDING bytes of 0. */
static void add_row(const uint8_t *ink, int32_t columns, uint8_t number, uint8_t *const spare[4], column_runs *runs) {
    both_ends(ink, 1, columns, spare[0]);      /* 2 px */
    both_ends(spare[0], 2, columns, spare[1]); /* 4 px */
    both_ends(spare[1], 2, columns, spare[0]); /* SIDE */
    both_ends(spare[1], 4, columns, spare[2]); /* 8 px */
    both_ends(spare[2], 8, columns, spare[3]); /* 16 px */
    both_ends(spare[3], 4, columns, spare[2]); /* BASE */
    const uint8_t *restrict side = spare[0], *restrict base = spare[2], *restrict at = ink;
    uint8_t *restrict written = runs->written, *restrict all_base = runs->base;
    uint8_t *restrict first = runs->first, *restrict last = runs->last;
    for (int32_t x = 0; x < columns; x++) {
        written[x] |= at[x];
        all_base[x] |= base[x];
        uint8_t is_side = (uint8_t)-side[x]; /* 255 or 0; compilers vectorize no choice between two rows */
        last[x] = larger(last[x], number & is_side);
        first[x] = larger(first[x], (uint8_t)(255 - number) & is_side);
    }
}

/* Whether some of `columns` flags are a share of a width, and do not go on to both edges as ruled lines do. */
static bool covers(const uint8_t *flags, int32_t columns, int32_t width, share least) {
    int32_t count = 0, first = columns, last = -1;
    for (int32_t x = 0; x < columns; x++) {
        if (flags[x]) {
            count++;
            first = pe_least(first, x);
            last = x;
        }
    }
    return least.whole * count >= least.part * width && (first > 1 || last < columns - 2);
}

/* ---- straight lines ---- */

/* The upper median of count >= 1 rows below MOST_ROWS. */
static int32_t middle_row(const uint8_t *rows, int32_t count) {
    int32_t counts[MOST_ROWS + 1] = {0};
    for (int32_t i = 0; i < count; i++) {
        counts[rows[i]]++;
    }
    int32_t row = 0, running = counts[0];
    while (running <= count / 2) {
        running += counts[++row];
    }
    return row;
}

/* Whether most of some places lie on one straight line, as the tops of boxes do. It goes through the medians of the left
 * half and the right half.
 *
 * columns: ascending. items: room for twice as many. */
static bool is_straight(const int32_t *columns, const uint8_t *rows, int32_t count, pe_ranked *items) {
    int32_t half = count / 2;
    if (!half) {
        return false;
    }
    double across = columns[half + (count - half) / 2] - columns[half / 2];
    double down = middle_row(rows + half, count - half) - middle_row(rows, half);
    double slope = down / (across > 1 ? across : 1);
    for (int32_t i = 0; i < count; i++) {
        items[i].key = rows[i] - slope * columns[i];
        items[i].number = i;
    }
    pe_rank(items, items + count, count);
    double middle = items[count / 2].key;
    int64_t near = 0;
    for (int32_t i = 0; i < count; i++) {
        near += fabs(items[i].key - middle) <= OFF_PX;
    }
    return on_line.whole * near >= on_line.part * count;
}

/* Whether two straight lines of runs, one above the other, lie along most of a width. `enough` becomes the answer. */
static bool find_sides(column_runs *runs, int32_t columns, int32_t width, pe_arena *arena, int32_t *enough) {
    int32_t count = 0;
    for (int32_t x = 0; x < columns; x++) {
        bool both = runs->last[x] - (255 - runs->first[x]) >= APART;
        runs->written[x] = both;
        count += both;
    }
    *enough = 0;
    if (!covers(runs->written, columns, width, side_share)) {
        return true;
    }
    int32_t *at = pe_take(arena, (size_t)count, sizeof *at);
    uint8_t *first = pe_take(arena, (size_t)count, 1), *last = pe_take(arena, (size_t)count, 1);
    pe_ranked *items = pe_take(arena, 2 * (size_t)count, sizeof *items);
    if (!at || !first || !last || !items) {
        return false;
    }
    for (int32_t x = 0, i = 0; x < columns; x++) {
        if (runs->written[x]) {
            at[i] = x;
            first[i] = (uint8_t)(255 - runs->first[x]);
            last[i++] = runs->last[x];
        }
    }
    *enough = is_straight(at, first, count, items) && is_straight(at, last, count, items);
    return true;
}

/* ---- the entry point ---- */

/* The runs of all rows; false when the arena is full. */
static bool find_runs(const pe_gray *field, int32_t step, int32_t columns, pe_arena *arena, column_runs *runs) {
    size_t room = (size_t)columns + PADDING;
    uint8_t *rows[9]; /* the runs', the ink, and what is spare */
    for (int i = 0; i < 9; i++) {
        rows[i] = pe_take(arena, room, 1);
        if (!rows[i]) {
            return false;
        }
        memset(rows[i], 0, room);
    }
    uint8_t *line = pe_take(arena, (size_t)columns * (size_t)step, 1);
    if (!line) {
        return false;
    }
    ink_tone tone = tone_of(field, step);
    *runs = (column_runs){rows[0], rows[1], rows[2], rows[3]};
    for (int32_t row = 0; row < field->height / step; row++) {
        find_ink(field, row, step, tone, columns, line, rows[4]);
        add_row(rows[4], columns, (uint8_t)(row + 1), rows + 5, runs);
    }
    return true;
}

pe_status pe_may_have_boxes(const pe_gray *field, pe_arena *arena, int32_t *may_have) {
    if (!pe_is_valid_gray(field) || !pe_is_valid_arena(arena) || !may_have) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    /* Squares of about a 48th of the rows; where fewer than SIDE go beside each other there is no run. */
    int32_t step = pe_most(1, field->height / WORK_ROWS), columns = field->width / step;
    if (columns < SIDE) {
        *may_have = 0;
        return PE_OK;
    }
    column_runs runs;
    if (!find_runs(field, step, columns, arena, &runs)) {
        return PE_ARENA_FULL;
    }
    int32_t first = 0, last = columns - 1, found;
    while (first < columns && !runs.written[first]) {
        first++;
    }
    while (last > first && !runs.written[last]) {
        last--;
    }
    if (first == columns) {
        *may_have = 0;
        return PE_OK;
    }
    int32_t width = last - first + 1;
    if (covers(runs.base, pe_most(0, columns - BASE + 1), width, base_share)) {
        *may_have = 1;
        return PE_OK;
    }
    if (!find_sides(&runs, columns - SIDE + 1, width, arena, &found)) {
        return PE_ARENA_FULL;
    }
    *may_have = found;
    return PE_OK;
}
