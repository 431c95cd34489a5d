/* The connected components of a mask: runs of ink row by row, joined by union-find where they touch.
 *
 * C. Fiorio, J. Gustedt, "Two linear time union-find strategies for image processing", 1996; eight neighbours.
 */
#include <string.h>

#include "../common/arena.h"
#include "image.h"

typedef struct {
    int32_t row, begin, end; /* end: one past the last column */
    int32_t parent;          /* index of a run of the same piece that is not later; its own at the root */
} run;

typedef struct {
    run *items;
    int32_t count;
} runs;

static int32_t root_of(run *items, int32_t i) {
    while (items[i].parent != i) {
        items[i].parent = items[items[i].parent].parent;
        i = items[i].parent;
    }
    return i;
}

static void join(run *items, int32_t i, int32_t j) {
    int32_t a = root_of(items, i), b = root_of(items, j);
    items[pe_most(a, b)].parent = pe_least(a, b);
}

/* Add the runs of a row, joined to those of the row above, which are from `above` up to `above_end`. */
static void add_row(const uint8_t *pixels, int32_t row, int32_t columns, int32_t above, int32_t above_end,
                    runs *found) {
    run *items = found->items;
    const uint8_t *end = pixels + columns, *at = pixels;
    while (at < end && (at = memchr(at, 1, (size_t)(end - at)))) {
        const uint8_t *past = memchr(at, 0, (size_t)(end - at));
        past = past ? past : end;
        int32_t me = found->count++;
        run added = {row, (int32_t)(at - pixels), (int32_t)(past - pixels), me};
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

static void add_to_box(pe_piece *piece, const run *added) {
    piece->left = pe_least(piece->left, added->begin);
    piece->right = pe_most(piece->right, added->end);
    piece->top = pe_least(piece->top, added->row);
    piece->bottom = pe_most(piece->bottom, added->row + 1);
    piece->area += added->end - added->begin;
}

static void add_to_moments(pe_piece *piece, const run *added) {
    int64_t length = added->end - added->begin, y = added->row - piece->top;
    int64_t sum_x = ((int64_t)added->begin + added->end - 1 - 2 * piece->left) * length / 2;
    piece->sum_x += sum_x;
    piece->sum_y += y * length;
    piece->sum_xy += y * sum_x;
    piece->sum_yy += y * y * length;
}

/* Number the pieces in the order of their first runs: each run's parent becomes its piece's number. */
static int32_t number(runs *found) {
    int32_t count = 0;
    for (int32_t i = 0; i < found->count; i++) {
        run *one = &found->items[i];
        one->parent = one->parent == i ? count++ : found->items[one->parent].parent;
    }
    return count;
}

bool pe_find_pieces(const pe_plane *mask, pe_arena *arena, pe_pieces *pieces) {
    size_t columns = (size_t)mask->columns, most = (size_t)mask->rows * ((columns + 1) / 2);
    runs found = {pe_take(arena, most, sizeof *found.items), 0};
    if (!found.items) {
        return false;
    }
    int32_t above = 0;
    for (int32_t y = 0; y < mask->rows; y++) {
        int32_t above_end = found.count;
        add_row(mask->pixels + (size_t)y * columns, y, mask->columns, above, above_end, &found);
        above = above_end;
    }
    pieces->count = number(&found);
    pieces->items = pe_take(arena, (size_t)pieces->count, sizeof *pieces->items);
    if (!pieces->items) {
        return false;
    }
    for (int32_t i = 0; i < pieces->count; i++) {
        pe_piece none = {mask->columns, mask->rows, 0, 0, 0, 0, 0, 0, 0};
        pieces->items[i] = none;
    }
    for (int32_t i = 0; i < found.count; i++) {
        add_to_box(&pieces->items[found.items[i].parent], &found.items[i]);
    }
    for (int32_t i = 0; i < found.count; i++) {
        add_to_moments(&pieces->items[found.items[i].parent], &found.items[i]);
    }
    return true;
}
