/* The connected components of a mask: runs of ink row by row, joined by union-find where they touch.
 *
 * C. Fiorio, J. Gustedt, "Two linear time union-find strategies for image processing", 1996; eight neighbours.
 */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

/* While runs are joined, `piece` is the index of a run of the same piece that is not later; its own at the root. */
typedef struct {
    pe_run *items;
    int32_t count;
} runs;

static int32_t root_of(pe_run *items, int32_t i) {
    while (items[i].piece != i) {
        items[i].piece = items[items[i].piece].piece;
        i = items[i].piece;
    }
    return i;
}

static void join(pe_run *items, int32_t i, int32_t j) {
    int32_t a = root_of(items, i), b = root_of(items, j);
    items[pe_most(a, b)].piece = pe_least(a, b);
}

/* Add the runs of a row, joined to those of the row above, which are from `above` up to `above_end`. */
static void add_row(const uint8_t *pixels, int32_t row, int32_t columns, int32_t above, int32_t above_end,
                    runs *found) {
    pe_run *items = found->items;
    const uint8_t *end = pixels + columns, *at = pixels;
    while (at < end && (at = memchr(at, 1, (size_t)(end - at)))) {
        const uint8_t *past = memchr(at, 0, (size_t)(end - at));
        past = past ? past : end;
        int32_t me = found->count++;
        pe_run added = {row, (int32_t)(at - pixels), (int32_t)(past - pixels), me};
        items[me] = added;
        while (above < above_end && items[above].end < added.begin) {
            above++;
        }
        for (int32_t i = above; i < above_end && items[i].begin <= added.end; i++) {
            join(items, i, me);
        }
        at = past;
    }
}

static void add_to_box(pe_piece *piece, const pe_run *added) {
    piece->left = pe_least(piece->left, added->begin);
    piece->right = pe_most(piece->right, added->end);
    piece->top = pe_least(piece->top, added->row);
    piece->bottom = pe_most(piece->bottom, added->row + 1);
    piece->area += added->end - added->begin;
}

static void add_to_moments(pe_piece *piece, const pe_run *added) {
    int64_t length = added->end - added->begin, y = added->row - piece->top;
    int64_t sum_x = ((int64_t)added->begin + added->end - 1 - 2 * piece->left) * length / 2;
    piece->sum_x += sum_x;
    piece->sum_y += y * length;
    piece->sum_xy += y * sum_x;
    piece->sum_yy += y * y * length;
}

/* Number the pieces in the order of their first runs: each run's `piece` becomes what it says. */
static int32_t number(runs *found) {
    int32_t count = 0;
    for (int32_t i = 0; i < found->count; i++) {
        pe_run *one = &found->items[i];
        one->piece = one->piece == i ? count++ : found->items[one->piece].piece;
    }
    return count;
}

#define SPAN_PX 128 /* so few columns that a byte counts what begins in them */

/* How often ink begins in a row: at each run once. */
static size_t count_begins(const uint8_t *row, int32_t columns) {
    size_t count = row[0];
    int32_t x = 1;
    for (; x + SPAN_PX <= columns; x += SPAN_PX) {
        uint8_t begins = 0;
        for (int32_t i = 0; i < SPAN_PX; i++) {
            begins = (uint8_t)(begins + (row[x + i] > row[x + i - 1]));
        }
        count += begins;
    }
    for (; x < columns; x++) {
        count += row[x] > row[x - 1];
    }
    return count;
}

/* The runs of a mask, each with the number of its piece; how many pieces there are, or -1. */
static int32_t find_runs(const uint8_t *pixels, size_t stride, int32_t rows, int32_t columns, pe_arena *arena,
                         runs *found) {
    size_t count = 0;
    for (int32_t y = 0; y < rows; y++) {
        count += count_begins(pixels + (size_t)y * stride, columns);
    }
    found->count = 0;
    found->items = pe_take(arena, count + 1, sizeof *found->items); /* one more, so that it is never nothing */
    if (!found->items) {
        return -1;
    }
    int32_t above = 0;
    for (int32_t y = 0; y < rows; y++) {
        int32_t above_end = found->count;
        add_row(pixels + (size_t)y * stride, y, columns, above, above_end, found);
        above = above_end;
    }
    return number(found);
}

bool pe_find_pieces(const pe_plane *mask, pe_arena *arena, pe_pieces *pieces) {
    runs found;
    pieces->count = find_runs(mask->pixels, (size_t)mask->columns, mask->rows, mask->columns, arena, &found);
    if (pieces->count < 0) {
        return false;
    }
    pieces->items = pe_take(arena, (size_t)pieces->count, sizeof *pieces->items);
    if (!pieces->items) {
        return false;
    }
    for (int32_t i = 0; i < pieces->count; i++) {
        pe_piece none = {mask->columns, mask->rows, 0, 0, 0, 0, 0, 0, 0};
        pieces->items[i] = none;
    }
    for (int32_t i = 0; i < found.count; i++) {
        add_to_box(&pieces->items[found.items[i].piece], &found.items[i]);
    }
    for (int32_t i = 0; i < found.count; i++) {
        add_to_moments(&pieces->items[found.items[i].piece], &found.items[i]);
    }
    pieces->runs = found.items;
    pieces->run_count = found.count;
    return true;
}

pe_status pe_trace(const pe_gray *mask, pe_arena *arena, pe_traced *traced) {
    if (!pe_is_valid_gray(mask) || !pe_is_valid_arena(arena) || !traced) {
        return PE_INVALID;
    }
    pe_arena_reset(arena);
    runs found;
    int32_t count = find_runs(mask->pixels, mask->stride, mask->height, mask->width, arena, &found);
    if (count < 0) {
        return PE_ARENA_FULL;
    }
    size_t n = (size_t)found.count, m = (size_t)count;
    int32_t *out = pe_take(arena, 4 * n, sizeof *out), *boxes = pe_take(arena, 5 * m, sizeof *boxes); /* of no runs: none */
    if (!out || !boxes) {
        return PE_ARENA_FULL;
    }
    int32_t *left = boxes, *top = boxes + m, *right = boxes + 2 * m, *bottom = boxes + 3 * m, *area = boxes + 4 * m;
    for (size_t i = 0; i < m; i++) {
        left[i] = mask->width;
        top[i] = mask->height;
        right[i] = bottom[i] = area[i] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        const pe_run *one = &found.items[i];
        int32_t piece = one->piece;
        out[i] = one->row;
        out[n + i] = one->begin;
        out[2 * n + i] = one->end;
        out[3 * n + i] = piece;
        left[piece] = pe_least(left[piece], one->begin);
        top[piece] = pe_least(top[piece], one->row);
        right[piece] = pe_most(right[piece], one->end);
        bottom[piece] = one->row + 1;
        area[piece] += one->end - one->begin;
    }
    traced->runs = out;
    traced->pieces = boxes;
    traced->run_count = found.count;
    traced->piece_count = count;
    return PE_OK;
}
