/* The stages from a grey field to a strip, in the order in which they run, and the values between them.
 *
 * A stage that takes memory returns false when the arena is full. What a stage takes beyond its result it gives back:
 * see pe_arena.used. Sizes in px are those of the working height of 64 rows.
 */
#ifndef PE_IMAGE_H
#define PE_IMAGE_H

#include <stdbool.h>

#include "../posteye_core.h"

#define PE_WORK_ROWS 64

/* A grey image or a mask of 0 and 1 in the arena: rows x columns bytes without gaps. */
typedef struct {
    uint8_t *pixels;
    int32_t rows, columns;
} pe_plane;

/* Where the writing runs in a field. */
typedef struct {
    double center_y; /* row of its middle, where the line crosses the middle column of the field */
    double height;   /* of its characters, in rows */
    double skew;     /* slope of the line, rows down a column to the right */
    double slant;    /* shear of its strokes, columns to the right a row up */
} pe_text_line;

/* A connected component of a mask. */
typedef struct {
    int32_t left, top, right, bottom; /* the box around it; right and bottom are one past the last pixel */
    int64_t area;                     /* px */
    int64_t sum_x, sum_y;             /* raw moments about the box's top left pixel: whole numbers */
    int64_t sum_xy, sum_yy;
} pe_piece;

/* A run of ink in a row of a mask. */
typedef struct {
    int32_t row, begin, end; /* end: one past the last column */
    int32_t piece;           /* index of the piece that it belongs to */
} pe_run;

/* The connected components of a mask, and the runs that they consist of, from row to row. */
typedef struct {
    pe_piece *items;
    int32_t count;
    const pe_run *runs;
    int32_t run_count;
} pe_pieces;

/* ---- small things ---- */

static inline int32_t pe_least(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t pe_most(int32_t a, int32_t b) { return a > b ? a : b; }
static inline double pe_clamped(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Whether an image may be worked on: its sides from 1 to PE_MAX_SIDE_PX, its rows apart. */
bool pe_is_valid_gray(const pe_gray *gray);

/* A new plane, not cleared; its pixels are NULL when the arena is full. */
pe_plane pe_new_plane(pe_arena *arena, int32_t rows, int32_t columns);

/* How many pixels there are of each level. */
void pe_histogram(const uint8_t *pixels, size_t count, int64_t levels[256]);

/* The mask of the pixels that are brighter than a threshold of 0..255. */
bool pe_brighter(const pe_plane *gray, int32_t threshold, pe_arena *arena, pe_plane *mask);

/* The mirror of index i in 0..count-1 at the ends, which are not doubled (OpenCV's BORDER_REFLECT_101). */
int32_t pe_mirrored(int32_t i, int32_t count);

/* ---- resize.c ---- */

/* Means of blocks of factor x factor px: [height / factor, max(1, width / factor)]; a narrower image is one block wide.
 * Factor 1 copies. */
bool pe_reduce(const pe_gray *gray, int32_t factor, pe_arena *arena, pe_plane *reduced);

/* Down by a whole factor of the rows first, then linearly. */
bool pe_resize_exact(const pe_gray *gray, int32_t rows, int32_t columns, pe_arena *arena, pe_plane *resized);

/* ---- closing.c ---- */

/* What a closing by 25 x 25 px makes of the image with PE_CLOSING_MARGIN more pixels around it, which repeat its edge:
 * [rows + 20, columns + 20]; what is darker and thinner than the window is gone. */
#define PE_CLOSING_MARGIN 10
bool pe_close(const pe_plane *gray, pe_arena *arena, pe_gray *closed);

/* ---- blur.c ---- */

/* Gaussian blur by a kernel of 3..PE_MAX_KERNEL px, odd; the image's edge is mirrored. */
#define PE_MAX_KERNEL 11
bool pe_blur(const pe_plane *gray, int32_t kernel_px, double sigma_px, pe_arena *arena, pe_plane *blurred);

/* ---- ink.c ---- */

/* How much darker each pixel is than the paper around it: 0 = paper, 255 = black on any paper. */
bool pe_darkness(const pe_plane *gray, pe_arena *arena, pe_plane *dark);

/* Put paper texture at 0 and solid ink at 255, in place; the threshold between them, or -1 when there is no ink. */
int32_t pe_stretch_contrast(pe_plane *dark);

/* ---- ruled_lines.c ---- */

/* Take ruled lines out of the mask, and out of the ink where no stroke crosses them, in place. */
bool pe_remove_lines(pe_plane *ink, pe_plane *mask, pe_arena *arena);

/* ---- pieces.c ---- */

/* The 8-connected components of a mask of 0 and 1. */
bool pe_find_pieces(const pe_plane *mask, pe_arena *arena, pe_pieces *pieces);

/* ---- text_line.c, fitted_line.c, second_line.c ---- */

/* Find the line of writing from the pieces of a mask that are tall enough to be characters. */
bool pe_measure(const pe_pieces *pieces, const pe_plane *mask, pe_arena *arena, pe_text_line *line);

/* The line moved, and then made higher, so that a strip with a body of `body_px` does not cut the writing's ink. */
bool pe_fit(const pe_pieces *pieces, const pe_plane *mask, const pe_text_line *line, double body_px, pe_arena *arena,
            pe_text_line *fitted);

/* Whether whole characters of the line's size stand above or below it; ink brighter than the threshold counts. */
bool pe_has_second_line(const pe_plane *ink, int32_t threshold, const pe_text_line *line, pe_arena *arena, bool *found);

/* Whether the field's left and its right edge go through the line's ink. */
void pe_cut_at_edges(const pe_plane *mask, const pe_text_line *line, bool *left, bool *right);

/* ---- median.c ---- */

/* A value that counts as often as its weight says. */
typedef struct {
    double value, weight;
} pe_weighted;

/* The weighted median of count >= 1 items, which are sorted: the first value up to which half of the weight lies. */
double pe_weighted_median(pe_weighted *items, int32_t count);

/* The median slope over the pairs of points that are farther apart in x than `apart`; 0 when there is none. */
double pe_median_slope(const double *x, const double *y, int32_t count, double apart);

/* ---- straighten.c ---- */

/* How many px of a strip a row of the ink becomes, for a line of some height whose body is to be `body_px` high. */
double pe_scale_of(double height, double body_px);

/* Resample the ink so that the writing stands upright and level, `body_px` high; trim empty ends.
 * `matrix` becomes the map from the strip to the ink, float64 [2, 3]; the strip's pixels are NULL when it is empty. */
bool pe_straighten(const pe_plane *ink, const pe_text_line *line, double body_px, pe_arena *arena, pe_plane *strip,
                   double matrix[6]);

#endif
