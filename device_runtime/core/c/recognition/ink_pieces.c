#include "ink_pieces.h"

#include <string.h>

#define INK_LEVEL 90 /* of 255: a brighter pixel counts as ink; as device_runtime/geometry.py says */

/* A run of ink in one column, rows top .. bottom - 1. Runs that touch form a tree under their first one. */
typedef struct {
    int32_t parent;
    int32_t column, top, bottom;
} pe_run;

typedef struct {
    pe_run *items;
    int32_t count;
} pe_runs;

/* A byte of 0x80 for each of eight bytes that is brighter than the level, and 0 for the others. The seven lower bits
 * carry into the highest one from there on; a byte whose highest bit is set is bright anyway. */
static uint64_t inked_of_eight(const uint8_t *pixels) {
    const uint64_t ones = 0x0101010101010101u;
    uint64_t eight;
    memcpy(&eight, pixels, sizeof eight);
    uint64_t lower = (eight & (ones * 0x7F)) + ones * (0x7F - INK_LEVEL);
    return (lower | eight) & (ones * 0x80);
}

/* Most of a strip is paper, so eight pixels are looked at together. */
static void add_row(const uint8_t *row, int32_t width_px, uint32_t bit, uint32_t *ink) {
    int32_t x = 0;
    for (; x + 8 <= width_px; x += 8) {
        if (inked_of_eight(row + x)) {
            for (int32_t i = x; i < x + 8; i++) {
                ink[i] |= row[i] > INK_LEVEL ? bit : 0;
            }
        }
    }
    for (; x < width_px; x++) {
        ink[x] |= row[x] > INK_LEVEL ? bit : 0;
    }
}

const uint32_t *pe_ink_columns(pe_arena *arena, const uint8_t *pixels, int32_t width_px) {
    uint32_t *ink = pe_take(arena, (size_t)width_px, sizeof *ink);
    if (!ink) {
        return NULL;
    }
    memset(ink, 0, (size_t)width_px * sizeof *ink);
    for (int32_t y = 0; y < PE_STRIP_HEIGHT_PX; y++) {
        add_row(pixels + (size_t)y * (size_t)width_px, width_px, (uint32_t)1 << y, ink);
    }
    return ink;
}

static int32_t root_of(pe_run *runs, int32_t run) {
    while (runs[run].parent != run) {
        runs[run].parent = runs[runs[run].parent].parent; /* halves the way for the next who asks */
        run = runs[run].parent;
    }
    return run;
}

/* Two pieces become one; the run of the lower number stays its root. */
static void join(pe_run *runs, int32_t a, int32_t b) {
    a = root_of(runs, a);
    b = root_of(runs, b);
    if (a < b) {
        runs[b].parent = a;
    } else {
        runs[a].parent = b;
    }
}

/* The number of zeros below the lowest bit that is set; one is. */
static int32_t lowest_bit(uint32_t bits) {
#if defined(__GNUC__)
    return __builtin_ctz(bits);
#else
    int32_t lowest = 0;
    for (; !(bits & 1u); bits >>= 1) {
        lowest++;
    }
    return lowest;
#endif
}

/* Put the runs of one column behind the others. */
static void add_runs(pe_runs *runs, uint32_t ink, int32_t column) {
    while (ink) {
        int32_t top = lowest_bit(ink);
        uint32_t paper = ~(ink >> top); /* 0 where all 32 rows are inked */
        int32_t bottom = paper ? top + lowest_bit(paper) : PE_STRIP_HEIGHT_PX;
        runs->items[runs->count] = (pe_run){runs->count, column, top, bottom};
        runs->count++;
        ink &= bottom < PE_STRIP_HEIGHT_PX ? ~(uint32_t)0 << bottom : 0;
    }
}

/* Join the runs of one column, first .. end - 1, with those of the column before, before .. first - 1. Both go
 * downwards. */
static void join_columns(pe_run *runs, int32_t before, int32_t first, int32_t end) {
    int32_t left = before;
    for (int32_t right = first; right < end; right++) {
        while (left < first && runs[left].bottom < runs[right].top) {
            left++;
        }
        /* Corners connect, so one row of distance still touches. The last run that touches may touch the next one too.
         */
        for (int32_t other = left; other < first && runs[other].top <= runs[right].bottom; other++) {
            join(runs, other, right);
        }
    }
}

static void widen(pe_ink_piece *piece, const pe_run *run) {
    int32_t bottom = piece->top + piece->height;
    piece->top = run->top < piece->top ? run->top : piece->top;
    piece->height = (run->bottom > bottom ? run->bottom : bottom) - piece->top;
    piece->width = run->column + 1 - piece->left; /* runs come from left to right */
    piece->area += run->bottom - run->top;
}

/* One piece for each root, with the boxes of its runs. `piece_of` has room for a number by run. */
static int32_t gather(pe_runs *runs, int32_t *piece_of, pe_ink_piece *pieces) {
    int32_t count = 0;
    for (int32_t i = 0; i < runs->count; i++) {
        const pe_run *run = &runs->items[i];
        int32_t root = root_of(runs->items, i);
        if (root == i) {
            piece_of[i] = count;
            pieces[count++] = (pe_ink_piece){run->column, run->top, 1, run->bottom - run->top, run->bottom - run->top};
        } else {
            widen(&pieces[piece_of[root]], run);
        }
    }
    return count;
}

static size_t count_runs(const uint32_t *ink, int32_t width_px) {
    size_t count = 0;
    for (int32_t x = 0; x < width_px; x++) {
        uint32_t begins = ink[x] & ~(ink[x] << 1);
        for (; begins; begins &= begins - 1) {
            count++;
        }
    }
    return count; /* at most 16 a column, so that it fits an int32 */
}

/* Union-find over vertical runs of ink: Rosenfeld and Pfaltz, "Sequential operations in digital picture processing",
 * 1966. */
pe_status pe_find_ink_pieces(pe_arena *arena, const uint32_t *ink, int32_t width_px, const pe_ink_piece **pieces,
                             int32_t *count) {
    size_t most = count_runs(ink, width_px);
    pe_runs runs = {pe_take(arena, most, sizeof *runs.items), 0};
    int32_t *piece_of = pe_take(arena, most, sizeof *piece_of);
    pe_ink_piece *found = pe_take(arena, most, sizeof *found);
    if (!runs.items || !piece_of || !found) {
        return PE_ARENA_FULL;
    }
    int32_t before = 0;
    for (int32_t x = 0; x < width_px; x++) {
        int32_t first = runs.count;
        add_runs(&runs, ink[x], x);
        join_columns(runs.items, before, first, runs.count);
        before = first;
    }
    *count = gather(&runs, piece_of, found);
    *pieces = found;
    return PE_OK;
}
