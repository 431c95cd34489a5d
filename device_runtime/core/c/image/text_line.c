/* Where the line of writing runs in a field: its middle, height, slope, and the slant of its strokes.
 *
 * All is measured from the connected components of the ink. Sums are of whole numbers, so that their order is free.
 */
#include <math.h>

#include "../common/arena.h"
#include "image.h"

#define SPECK_AREA_PX 16 /* what is smaller is no part of a character */
#define MOST_PARTS 6
#define LONE_WIDTH 1.4 /* of its height; wider ink is more than one character */
#define CUT_SHARE 0.2  /* of the line's height: so much ink at an edge of the field is cut there */
#define MAX_SKEW 0.2

/* Pieces that were chosen among all. */
typedef struct {
    const pe_piece **items;
    int32_t count;
} chosen;

static int32_t height_of(const pe_piece *piece) { return piece->bottom - piece->top; }
static int32_t width_of(const pe_piece *piece) { return piece->right - piece->left; }

/* ---- the slant ---- */

/* The shift of a piece's centre from its box's edge in whole sixteenths of a pixel, halves to even. */
static int64_t sixteenths(int64_t sum, int64_t area, int32_t edge) {
    double center = (double)(sum + edge * area) / (double)area;
    return (int64_t)rint(16 * (center - edge));
}

/* Shear of the strokes from second moments about each piece's own centre; positive leans right. */
static double slant_of(const chosen *parts) {
    int64_t cross = 0, spread = 0;
    for (int32_t i = 0; i < parts->count; i++) {
        const pe_piece *piece = parts->items[i];
        int64_t dx = sixteenths(piece->sum_x, piece->area, piece->left);
        int64_t dy = sixteenths(piece->sum_y, piece->area, piece->top);
        cross += 256 * piece->sum_xy - 16 * (dx * piece->sum_y + dy * piece->sum_x) + piece->area * dx * dy;
        spread += 256 * piece->sum_yy - 32 * dy * piece->sum_y + piece->area * dy * dy;
    }
    return spread ? pe_clamped((double)-cross / (double)spread, -0.3, 0.8) : 0;
}

/* ---- a single character ---- */

/* The pieces of a single character that its strokes' gaps have broken; none when the field holds anything else.
 * Measured by one of its pieces, such a character would be blown up. */
static bool choose_lone_character(const pe_pieces *pieces, int32_t rows, chosen *parts, int32_t *top, int32_t *bottom) {
    parts->count = 0;
    int32_t left = INT32_MAX, right = 0;
    *top = INT32_MAX;
    *bottom = 0;
    for (int32_t i = 0; i < pieces->count; i++) {
        const pe_piece *piece = &pieces->items[i];
        if (piece->area >= SPECK_AREA_PX) {
            parts->items[parts->count++] = piece;
            left = pe_least(left, piece->left);
            right = pe_most(right, piece->right);
            *top = pe_least(*top, piece->top);
            *bottom = pe_most(*bottom, piece->bottom);
        }
    }
    return parts->count >= 2 && parts->count <= MOST_PARTS && *top > 0 && *bottom < rows &&
           right - left <= LONE_WIDTH * (*bottom - *top);
}

/* ---- a line of characters ---- */

static bool is_tall(const pe_piece *piece, int32_t rows) {
    int32_t height = height_of(piece);
    return height >= 0.25 * rows && piece->area >= 30 && (height > 0.45 * width_of(piece) || height > 0.4 * rows);
}

static bool is_low_but_no_speck(const pe_piece *piece, int32_t rows) {
    return height_of(piece) >= 0.12 * rows && piece->area >= 20;
}

static void choose(const pe_pieces *pieces, int32_t rows, bool (*fits)(const pe_piece *, int32_t), chosen *parts) {
    parts->count = 0;
    for (int32_t i = 0; i < pieces->count; i++) {
        if (fits(&pieces->items[i], rows)) {
            parts->items[parts->count++] = &pieces->items[i];
        }
    }
}

/* The least height of which more than `rank` of the chosen pieces are not higher: their heights' order statistic. */
static int32_t ranked_height(const chosen *parts, int32_t rank) {
    int32_t counts[PE_WORK_ROWS + 1] = {0};
    for (int32_t i = 0; i < parts->count; i++) {
        counts[height_of(parts->items[i])]++;
    }
    int32_t height = 0, passed = 0;
    while (height < PE_WORK_ROWS && passed + counts[height] <= rank) {
        passed += counts[height++];
    }
    return height;
}

/* Leave only pieces that are not much lower than most others. */
static void drop_low(chosen *parts) {
    double least = 0.55 * ranked_height(parts, (int32_t)(0.6 * (parts->count - 1)));
    int32_t kept = 0;
    for (int32_t i = 0; i < parts->count; i++) {
        if (height_of(parts->items[i]) >= least) {
            parts->items[kept++] = parts->items[i];
        }
    }
    parts->count = kept;
}

/* Slope of the line of writing: the median over pairs of pieces that stand apart (the Theil-Sen estimator).
 * Pairs closer than the line's height tell nothing. */
static double skew_of(const double *x, const double *y, int32_t count, double height) {
    double first = x[0], last = x[0];
    for (int32_t i = 1; i < count; i++) {
        first = x[i] < first ? x[i] : first;
        last = x[i] > last ? x[i] : last;
    }
    if (count < 3 || last - first <= 2 * height) {
        return 0;
    }
    return pe_clamped(pe_median_slope(x, y, count, height), -MAX_SKEW, MAX_SKEW);
}

/* The line through the chosen pieces, at least one. */
static bool measure_line(const chosen *parts, int32_t columns, pe_arena *arena, pe_text_line *line) {
    size_t count = (size_t)parts->count;
    pe_weighted *weighted = pe_take(arena, count, sizeof *weighted);
    double *x = pe_take(arena, count, sizeof *x), *y = pe_take(arena, count, sizeof *y);
    if (!weighted || !x || !y) {
        return false;
    }
    for (int32_t i = 0; i < parts->count; i++) {
        const pe_piece *piece = parts->items[i];
        x[i] = piece->left + width_of(piece) / 2.0;
        y[i] = piece->top + height_of(piece) / 2.0;
        weighted[i].value = height_of(piece);
        weighted[i].weight = (double)piece->area;
    }
    line->height = pe_weighted_median(weighted, parts->count);
    line->skew = skew_of(x, y, parts->count, line->height);
    for (int32_t i = 0; i < parts->count; i++) {
        weighted[i].value = y[i] - line->skew * (x[i] - columns / 2.0);
        weighted[i].weight = (double)parts->items[i]->area;
    }
    line->center_y = pe_weighted_median(weighted, parts->count);
    line->slant = slant_of(parts);
    return true;
}

bool pe_measure(const pe_pieces *pieces, const pe_plane *mask, pe_arena *arena, pe_text_line *line) {
    size_t mark = arena->used;
    chosen parts = {pe_take(arena, (size_t)pieces->count, sizeof *parts.items), 0};
    if (!parts.items) {
        return false;
    }
    int32_t rows = mask->rows, top, bottom;
    bool done = true;
    if (choose_lone_character(pieces, rows, &parts, &top, &bottom)) {
        pe_text_line lone = {(top + bottom) / 2.0, bottom - top, 0, slant_of(&parts)};
        *line = lone;
    } else {
        choose(pieces, rows, is_tall, &parts);
        if (!parts.count) {
            choose(pieces, rows, is_low_but_no_speck, &parts);
        }
        if (parts.count) {
            drop_low(&parts);
            done = measure_line(&parts, mask->columns, arena, line);
        } else {
            pe_text_line middle = {rows / 2.0, 0.7 * rows, 0, 0};
            *line = middle;
        }
    }
    arena->used = mark;
    return done;
}

/* ---- what the field cuts ---- */

static bool is_cut(const pe_plane *mask, int32_t first, int32_t last, int32_t column, double height) {
    int32_t ink = 0;
    for (int32_t y = first; y < last; y++) {
        ink += mask->pixels[(size_t)y * (size_t)mask->columns + (size_t)column];
    }
    return ink >= CUT_SHARE * height;
}

void pe_cut_at_edges(const pe_plane *mask, const pe_text_line *line, bool *left, bool *right) {
    double half = line->height / 2;
    int32_t first = pe_most(0, (int32_t)(line->center_y - half));
    int32_t last = pe_least(mask->rows, (int32_t)(line->center_y + half));
    *left = is_cut(mask, first, last, 0, line->height);
    *right = is_cut(mask, first, last, mask->columns - 1, line->height);
}
