/* The line moved, and then made higher, so that its strip does not cut the writing: tall strokes, hanging digits. */
#include <math.h>
#include <string.h>

#include "../common/arena.h"
#include "image.h"

#define SPECK_AREA_PX 16 /* what is smaller is no part of a character */
#define DASH_WIDTH 4     /* of its height; a piece that is wider and lower than DASH_PX is a rule's rest */
#define DASH_PX 10
/* A piece as narrow against its height that runs to an edge of the field, or is so much higher than the line, is the
 * rest of a frame. */
#define UPRIGHT_WIDTH 0.25
#define EDGE_PX 3
#define UPRIGHT_TALL 1.4
#define IN_BODY 0.5     /* of its height: so much of a piece of the writing lies in the body */
#define CUT_IN_BODY 0.6 /* so much of one that the field cuts */
#define MOST_CUT 0.03   /* of the writing's ink: so much may be cut */
#define MOST_GROWN 1.6  /* times as high */
#define UPPER_ROW 1     /* of a strip: between this one and the lower one all ink is to be */
#define LOWER_ROW (PE_STRIP_HEIGHT_PX - 2)
#define MIDDLE_PX (PE_STRIP_HEIGHT_PX / 2.0)
#define REACH PE_WORK_ROWS /* rows above and below the line in which ink is counted; what is farther counts there */
#define ROW_COUNT (2 * REACH + 1)

/* Rows of the ink that a strip shows, from the line's middle. */
typedef struct {
    double upper, lower;
} shown;

static shown shown_at(double scale) {
    shown rows = {(UPPER_ROW - MIDDLE_PX) / scale, (LOWER_ROW - MIDDLE_PX) / scale};
    return rows;
}

/* Whether a piece looks like the rest of a rule or of a frame. */
static bool is_of_a_rule(const pe_piece *piece, double height, int32_t rows) {
    int32_t wide = piece->right - piece->left, tall = piece->bottom - piece->top;
    bool is_level = tall < DASH_PX && wide > DASH_WIDTH * tall;
    bool runs_on = piece->top < EDGE_PX || piece->bottom > rows - EDGE_PX || tall > UPRIGHT_TALL * height;
    return is_level || (runs_on && wide <= UPRIGHT_WIDTH * tall);
}

/* Whether a piece is of the line's writing, by its box's rows from the line's middle: it lies in the body for the most
 * part. What reaches in from other lines does not. */
static bool is_writing(const pe_piece *piece, double top, double bottom, double height, int32_t rows) {
    double upper = top > -height / 2 ? top : -height / 2, lower = bottom < height / 2 ? bottom : height / 2;
    double least = piece->top == 0 || piece->bottom == rows ? CUT_IN_BODY : IN_BODY;
    bool is_inside = lower - upper >= least * (bottom - top);
    return is_inside && piece->area >= SPECK_AREA_PX && !is_of_a_rule(piece, height, rows);
}

/* Mark the pieces of the writing: uint8 [count]; whether one of them may reach beyond what is shown. */
static bool mark_writing(const pe_pieces *pieces, const pe_plane *mask, const pe_text_line *line, shown rows,
                         uint8_t *writing) {
    bool reaches = false;
    for (int32_t i = 0; i < pieces->count; i++) {
        const pe_piece *piece = &pieces->items[i];
        double middle_x = piece->left + (piece->right - piece->left) / 2.0;
        double line_y = line->center_y + line->skew * (middle_x - mask->columns / 2.0);
        double top = piece->top - line_y, bottom = piece->bottom - line_y;
        writing[i] = is_writing(piece, top, bottom, line->height, mask->rows);
        reaches = reaches || (writing[i] && (top < rows.upper || bottom - 1 > rows.lower));
    }
    return reaches;
}

/* Where the line crosses each column, from its middle row: int32 [columns]. */
static void find_slope(double skew, int32_t columns, int32_t *rows) {
    for (int32_t x = 0; x < columns; x++) {
        rows[x] = (int32_t)rint(skew * (x - columns / 2.0));
    }
}

/* How much ink of the writing lies in each row from the line's middle: int64 [ROW_COUNT], the first of -REACH. */
static void count_rows(const pe_pieces *pieces, const uint8_t *writing, const int32_t *slope, int32_t middle_y,
                       int64_t *counts) {
    memset(counts, 0, ROW_COUNT * sizeof *counts);
    for (int32_t i = 0; i < pieces->run_count; i++) {
        const pe_run *run = &pieces->runs[i];
        for (int32_t x = run->begin; writing[run->piece] && x < run->end; x++) {
            int32_t row = run->row - middle_y - slope[x];
            counts[pe_least(pe_most(row, -REACH), REACH) + REACH]++;
        }
    }
}

/* The first row up to which more than `rank` of the pixels lie. */
static int32_t ranked_row(const int64_t *counts, int64_t rank) {
    int32_t i = 0;
    for (int64_t passed = counts[0]; passed <= rank; passed += counts[i]) {
        i++;
    }
    return i - REACH;
}

static int64_t count_shown(const int64_t *counts, double middle, shown rows) {
    int64_t count = 0;
    for (int32_t row = -REACH; row <= REACH; row++) {
        if (row - middle >= rows.upper && row - middle <= rows.lower) {
            count += counts[row + REACH];
        }
    }
    return count;
}

/* Move the line's middle as little as it takes to show the rows from `upper` to `lower`, or to their own middle where
 * they are too many. */
static double moved(double middle, double upper, double lower, shown rows) {
    if (lower - upper > rows.lower - rows.upper) {
        return (upper + lower - rows.upper - rows.lower) / 2;
    }
    middle = lower - middle > rows.lower ? lower - rows.lower : middle;
    return upper - middle < rows.upper ? upper - rows.upper : middle;
}

bool pe_fit(const pe_pieces *pieces, const pe_plane *mask, const pe_text_line *line, double body_px, pe_arena *arena,
            pe_text_line *fitted) {
    *fitted = *line;
    size_t mark = arena->used;
    shown rows = shown_at(pe_scale_of(line->height, body_px));
    uint8_t *writing = pe_take(arena, (size_t)pieces->count, 1);
    int32_t *slope = pe_take(arena, (size_t)mask->columns, sizeof *slope);
    if (!writing || !slope) {
        return false;
    }
    if (mark_writing(pieces, mask, line, rows, writing)) {
        int64_t counts[ROW_COUNT], total = 0;
        double middle_y = rint(line->center_y), middle = line->center_y - middle_y;
        find_slope(line->skew, mask->columns, slope);
        count_rows(pieces, writing, slope, (int32_t)middle_y, counts);
        for (int32_t i = 0; i < ROW_COUNT; i++) {
            total += counts[i];
        }
        if (total - count_shown(counts, middle, rows) > (int64_t)(MOST_CUT * (double)total)) {
            /* The rows of all but the outermost ink, half of it above and half below. */
            int64_t spare = (int64_t)(MOST_CUT / 2 * (double)total);
            int32_t upper = ranked_row(counts, spare), lower = ranked_row(counts, total - spare - 1);
            double most = rows.lower - rows.upper, wanted = lower - upper;
            if (wanted > most) {
                double least = 0.33 * PE_WORK_ROWS, height = line->height > least ? line->height : least;
                fitted->height = height * pe_clamped(wanted / most, 1, MOST_GROWN);
                rows = shown_at(pe_scale_of(fitted->height, body_px));
            }
            fitted->center_y = middle_y + moved(middle, upper, lower, rows);
        }
    }
    arena->used = mark;
    return true;
}
