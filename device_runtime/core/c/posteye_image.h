/* The core's interface, from a field to a strip, and lines of writing in a frame: see posteye_core.h. */
#ifndef POSTEYE_IMAGE_H
#define POSTEYE_IMAGE_H

#include "posteye_base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PE_STRIP_HEIGHT_PX 32
#define PE_MAX_SIDE_PX 65535

/* A grey image that the caller keeps: it is only looked at. */
typedef struct {
    const uint8_t *pixels; /* of the first row, one byte each: 0 = black, 255 = white */
    int32_t height, width; /* px, each from 1 to PE_MAX_SIDE_PX */
    size_t stride;         /* bytes from one row to the next, at least width */
} pe_gray;

/* A field made ready for the scanner: paper flattened to 0, writing upright, level and of one height, ink bright. */
typedef struct {
    const uint8_t *pixels;      /* [32, width] without gaps, in the arena: there until the arena is used again */
    int32_t width;              /* px */
    int32_t has_ink;            /* 0: nothing that could be writing was found; the strip is blank */
    int32_t second_line;        /* 1: the field holds another whole line of writing, which is not in the strip */
    int32_t cut_left;           /* 1: the field's left edge goes through the writing */
    int32_t cut_right;          /* 1: the right edge does */
    double image_from_strip[6]; /* the affine map [2, 3] from pixels (u, v, 1) of the strip to (x, y) of the field */
} pe_strip;

/* What a field's ink is against its paper. */
typedef enum {
    PE_INK_DARK = 0,
    PE_INK_LIGHT = 1,
    PE_INK_UNCLEAR = 2, /* read both ways */
    PE_INK_PANEL = 3    /* the field may hold a dark panel with light writing: look closer */
} pe_ink;

/* Make a strip of a field of dark writing on light paper; a field of less than 6 px a side gives a blank one.
 *
 * body_height_px: finite; the height that the writing gets, 20 for the scanner.
 */
PE_API pe_status pe_normalize(const pe_gray *field, double body_height_px, pe_arena *arena, pe_strip *strip);

/* Tell what the ink of a field is: `ink` becomes a pe_ink. */
PE_API pe_status pe_polarity(const pe_gray *field, pe_arena *arena, int32_t *ink);

/* Resize a grey image: down by a whole factor of its rows through means of blocks, then linearly.
 *
 * height_px, width_px: of the result, each from 1 to PE_MAX_SIDE_PX; at most 2^23 px of the image become one of it.
 * pixels: [height_px, width_px] without gaps, in the arena: there until the arena is used again.
 */
PE_API pe_status pe_resize(const pe_gray *gray, int32_t height_px, int32_t width_px, pe_arena *arena,
                           const uint8_t **pixels);

/* Tell whether a field may hold preprinted boxes or a comb: whether long straight runs lie along most of its writing.
 *
 * may_have: becomes 1 or 0. */
PE_API pe_status pe_may_have_boxes(const pe_gray *field, pe_arena *arena, int32_t *may_have);

#define PE_FARTHEST_COLUMN 1048576 /* of a strip, where a code is looked at; columns beyond its ends are negative */

/* Where a code stands that was read in a field, in columns of its strip. */
typedef struct {
    int32_t begin, end;           /* what is looked at: the code, and as much beside it as a character needs */
    int32_t code_begin, code_end; /* of that the code's own columns, from begin on; begin = -1: seek no stroke */
    double image_from_strip[6];   /* as in pe_strip; each at most 2^40 */
} pe_place;

/* What speaks against a code that is read with confidence. */
typedef enum {
    PE_NO_FAULT = 0,
    PE_STRUCK = 1, /* a stroke goes through it from end to end */
    PE_BLOT = 2    /* solid ink as large as a character stands beside it */
} pe_fault;

/* Tell whether a code is struck out or stands beside a blot: `fault` becomes a pe_fault. */
PE_API pe_status pe_spoiled(const pe_gray *field, const pe_place *place, pe_arena *arena, int32_t *fault);

/* A box around ink. */
typedef struct {
    int32_t left, top, right, bottom; /* px; right and bottom are one past the last */
} pe_box;

/* Find the runs of columns in which a pixel is brighter than a level of 0..255, from left to right, with their boxes.
 *
 * runs: [count] in the arena: there until the arena is used again. */
PE_API pe_status pe_ink_runs(const pe_gray *strip, int32_t level, pe_arena *arena, const pe_box **runs, int32_t *count);

/* Lines of writing in a frame are found in four steps over all its pixels; what lies between them works on blocks of
 * PE_BLOCK_PX px a side, on runs and on pieces (docs/locating.md). */
#define PE_BLOCK_PX 8

/* A frame at working scale. */
typedef struct {
    const uint8_t *soft;     /* [height, width], blurred by 1 2 1 both ways, in the arena like the others */
    const uint8_t *mean;     /* [height / PE_BLOCK_PX, width / PE_BLOCK_PX], rounded up: of each block */
    const uint8_t *darkest;  /* the same: the darkest pixel of each block */
    const uint8_t *lightest; /* the same: the lightest one */
    int32_t height, width;   /* px */
} pe_frame;

/* Make a frame smaller by a whole factor of 1..64 through means, softer, and fold it to blocks. */
PE_API pe_status pe_shrink(const pe_gray *gray, int32_t factor, pe_arena *arena, pe_frame *frame);

/* Tell what is darker than a level, which lies linearly between the middles of blocks.
 *
 * level: of each block of the image, without gaps. mask: [height, width], 1 = darker, in the arena. */
PE_API pe_status pe_darker(const pe_gray *soft, const uint8_t *level, pe_arena *arena, const uint8_t **mask);

/* The runs of ink along the rows of a mask, and its 8-connected pieces, in the order of their first runs. */
typedef struct {
    const int32_t *runs;    /* [4, run_count] in the arena: rows, first columns, ends (one past), numbers of pieces */
    const int32_t *pieces;  /* [5, piece_count] in the arena: left, top, right, bottom (one past), px of ink */
    int32_t run_count, piece_count;
} pe_traced;

/* mask: of 0 and 1. */
PE_API pe_status pe_trace(const pe_gray *mask, pe_arena *arena, pe_traced *traced);

/* What counts as a rule, each 1..PE_MAX_SIDE_PX. */
typedef struct {
    int32_t upright, level;             /* least length along columns and along rows, in px */
    int32_t thick_upright, thick_level; /* what is so many px across is no rule */
} pe_rule_sizes;

/* Take long thin runs of ink out of a mask, with a pixel to each side; they go on over gaps of 2 px, and of those that
 * the edge cuts half the length is enough.
 *
 * mask: of 0 and 1. rest: [height, width] in the arena, the mask without them; NULL: there are none. upright: the same of
 * those along columns alone, gaps included; NULL: there are none. */
PE_API pe_status pe_rules(const pe_gray *mask, const pe_rule_sizes *sizes, pe_arena *arena, const uint8_t **rest,
                          const uint8_t **upright);

/* A canvas on which a mask is turned, in units of 2^-16 px of the mask. */
typedef struct {
    int32_t height, width; /* px of the canvas, each 1..PE_MAX_SIDE_PX */
    int64_t cosine, sine;  /* a step to the right on the canvas goes so far to the right and down in the mask, each at
                              most 2 px; a step down goes `sine` to the left and `cosine` down */
    int64_t x, y;          /* of the canvas's first pixel in the mask, at most 2^20 px */
} pe_turned;

/* Turn a mask: each pixel of the canvas becomes that of the mask in which it lies, 0 beyond the mask. */
PE_API pe_status pe_turn(const pe_gray *mask, const pe_turned *turned, pe_arena *arena, const uint8_t **pixels);

#ifdef __cplusplus
}
#endif
#endif
