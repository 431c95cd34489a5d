/* The core of posteye: a grey field becomes a strip, and a scanner's int8 scores become codes with posteriors.
 *
 * C99, libm alone. No global state: any number of threads may call at a time, each with an arena of its own. Every
 * function returns a pe_status and checks what it is given; nothing is allocated but from the caller's arena.
 *
 * All arithmetic is integers, or float64 operations that IEEE 754 rounds exactly, in a fixed order: the same input
 * gives the same bits on x86-64, aarch64, armv7 and riscv64, and in the NumPy path that is this core's oracle.
 *
 * A call that returns PE_ARENA_FULL changed nothing but the arena's fields: give it at least `wanted` bytes and call
 * again. It then begins anew, so an arena that doubles costs less time than one that grows by what was wanted.
 */
#ifndef POSTEYE_CORE_H
#define POSTEYE_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library hides every symbol but these. */
#if defined(__GNUC__)
#define PE_API __attribute__((visibility("default")))
#else
#define PE_API
#endif

/* Goes up whenever a struct or a function below changes. */
#define PE_ABI_VERSION 3

typedef enum {
    PE_OK = 0,
    PE_ARENA_FULL = 1, /* the arena is too small: arena->wanted says how many bytes would have gone farther */
    PE_INVALID = 2     /* an argument is out of its range */
} pe_status;

/* Memory that the caller lends for one call; what was in it before does not matter. */
typedef struct {
    uint8_t *memory; /* any alignment; NULL where size is 0 */
    size_t size;     /* bytes */
    size_t used;     /* bytes in use; set to 0 at the beginning of each call */
    size_t wanted;   /* after PE_ARENA_FULL: the least size with which the call gets past this point */
} pe_arena;

/* PE_ABI_VERSION of the library, to be compared with the header's. */
PE_API int32_t pe_abi_version(void);

/* ---- Images ---- */

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

/* ---- Decoding ---- */

/* A strip and its int8 scores become the codes of a grammar, with posteriors:
 *
 *     pe_net net = {...};                      of the model
 *     pe_graph graph = {...};                  of the grammar, once
 *     if (pe_graph_check(&graph, &net) != PE_OK) ...
 *     pe_options options = {...};
 *     pe_decode(&net, &graph, &options, scores, columns, pixels, width_px, aspect, &arena, &decoding);
 *
 * A *sign* is what a code is written with: a character of the alphabet, or a separator, which may stand between two.
 * Characters are numbered from 0 in the order of their classes, separators go on from there. */

#define PE_MOST_WIDTH_PX 65536   /* of a strip */
#define PE_MOST_COLUMNS 65536    /* of its scores */
#define PE_MOST_CHARACTERS 240   /* of an alphabet */
#define PE_MOST_SEPARATORS 8     /* of a grammar */
#define PE_MOST_CANDIDATES 20
#define PE_MOST_RESERVE 2
#define PE_MOST_CODES (PE_MOST_CANDIDATES + PE_MOST_RESERVE)
#define PE_LONGEST_CODE 32                  /* characters, separators left out */
#define PE_MOST_SIGNS (2 * PE_LONGEST_CODE) /* of a code */

/* How a model's scores are to be read. */
typedef struct {
    int32_t characters;                   /* A; a column's classes are these, then blank, then rubbish: A + 2 */
    int32_t zero;                         /* which of them is the digit 0; -1: none */
    uint8_t is_digit[PE_MOST_CHARACTERS]; /* [A], 1 or 0 */
    int32_t first_column_px;              /* the middle of column 0 in the strip, -64..64 */
    int32_t column_stride_px;             /* from one column's middle to the next, 1..64 */
    double scale;                         /* of one step of the scores, in nats; 2^-12..16 */
    const double *exponentials;           /* [256], exp(-k * scale), each rounded correctly */
} pe_net;

/* What may stand between two characters of a code. */
typedef enum {
    PE_PLAIN = 0,  /* blanks, or nothing between two different characters */
    PE_OPEN = 1,   /* blanks and marks in any mixture: a separator that must be written */
    PE_MARKED = 2  /* the same with at least one mark: a separator that may be left out */
} pe_junction;

#define PE_JUNCTIONS 3

/* A grammar's decoding graph: nodes, and arcs that write a character each. Node 0 is the beginning: no separator leaves
 * it, and no code ends there.
 *
 * Beside it stands the relaxed grammar in layers: layer l says which characters may follow l others in any code, and at
 * which best log-prior. Log-priors are multiples of 2^-30 from -2^20 to 0. */
typedef struct {
    int32_t nodes;
    int32_t arcs;
    const int32_t *leaving;     /* [nodes + 1], the arcs of node n are leaving[n] .. leaving[n + 1] - 1 */
    const int32_t *character;   /* [arcs], what an arc writes; a node's arcs ascend by character, then separator */
    const uint8_t *junction;    /* [arcs], what may stand before it: a pe_junction */
    const uint8_t *separator;   /* [arcs], 0, or 1 + number of the separator before the character */
    const int32_t *destination; /* [arcs], a node greater than the one that the arc leaves */
    const double *gain;         /* [arcs], log-prior */
    const double *end;          /* [nodes], log-prior of ending there; -INFINITY: no code ends */

    int32_t layers;                 /* 2..PE_LONGEST_CODE + 1 */
    const int32_t *layer_offset;    /* [3 * layers + 1], where the characters of each layer and junction begin */
    const int32_t *layer_character; /* [layer_offset[3 * layers]], ascending in each layer and junction */
    const double *layer_gain;       /* the same, log-prior */
    const double *layer_end;        /* [layers], log-prior of ending after l characters; -INFINITY: no code does */

    int32_t exact;   /* 1: the relaxed grammar is the grammar itself, each layer has one node; else 0 */
    int32_t grouped; /* 1: dots and commas may group what is read, as in numbers; else 0 */
    double density;  /* share of all texts of a length that are codes, summed over the lengths; 1e-100..1e30 */

    uint64_t seal; /* set by pe_graph_check */
} pe_graph;

/* What writing beside or in a code costs, in nats, 0..700. */
typedef struct {
    double foreign_number; /* a further number in the line, 0..20 */
    double continued;      /* no space parts that number from the code */
    double letters;        /* writing that is as tall as letters touches the code */
    double mark;           /* a dot, comma or dash between two characters where the grammar knows none */
} pe_costs;

typedef struct {
    int32_t n_best;  /* candidates to give, 1..PE_MOST_CANDIDATES */
    int32_t reserve; /* further codes that rank and doubt are reckoned with, 0..PE_MOST_RESERVE */
    pe_costs costs;
} pe_options;

/* Why a code that is written well is not to be believed. */
typedef enum {
    PE_NO_DOUBT = 0,
    PE_ZEROS_ONLY = 1,     /* letters O and rings look like that */
    PE_MARK_INSIDE = 2,    /* a dot, comma or dash stands between its characters */
    PE_LETTERS_TOUCH = 3,  /* letters touch it */
    PE_NUMBER_GOES_ON = 4  /* a mark joins it to more digits */
} pe_doubt;

typedef struct {
    double confidence;  /* posterior, 0..1, not calibrated */
    int32_t length;     /* signs */
    int32_t characters; /* of them, without separators */
    uint8_t signs[PE_MOST_SIGNS];
} pe_candidate;

typedef struct {
    double confidence; /* posterior, 0..1 */
    double x_px;       /* where it stands in the strip */
} pe_character;

typedef struct {
    double free;             /* log mass of all readings of the line: the nearer to 0, the plainer it is written */
    int32_t found;           /* candidates, 0..n_best */
    int32_t doubt;           /* a pe_doubt, about candidate 0 */
    int32_t outside_length;  /* characters of a number that no code is and that is believed more; 0: there is none */
    int32_t outside_short;   /* 1: all codes are longer than that number; else 0 */
    double outside_confidence;
    uint8_t outside[PE_LONGEST_CODE];
    pe_character characters[PE_MOST_SIGNS]; /* by sign of candidate 0 */
    pe_candidate candidates[PE_MOST_CANDIDATES]; /* best first */
} pe_decoding;

/* Check every size and index of a graph, and seal it: pe_decode trusts what was sealed and takes no other graph.
 *
 * The seal is of the sizes and of where the arrays lie. Whoever changes what is in them has to have them checked again.
 * PE_INVALID: something is out of its range, or the graph is over other characters than the net. */
PE_API pe_status pe_graph_check(pe_graph *graph, const pe_net *net);

/* Find the codes of a grammar in a strip.
 *
 * scores: int8 [columns, characters + 2]. pixels: uint8 [PE_STRIP_HEIGHT_PX, width_px], ink bright. aspect: how much
 * wider the strip is drawn than it was written, 2^-10..2^10. `decoding` is written with PE_OK only.
 *
 * columns * (255 * scale + 8 + costs.mark) is at most 2^22, so that sums of log-probabilities are exact. */
PE_API pe_status pe_decode(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                           int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                           pe_decoding *decoding);

/* Judge codes that are known, instead of finding some: say what pe_decode would if they were all that it found.
 *
 * decoding: its candidates, `found` of them, say by `length` and `signs` which codes, each once. They keep this order and
 * get their confidences; all else is written as by pe_decode, about candidate 0. `found` becomes 0 if that has no place in
 * the strip. What is no code of the grammar is PE_INVALID. All other arguments: as of pe_decode. */
PE_API pe_status pe_judge(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                          int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                          pe_decoding *decoding);

/* Calibrate posteriors, in place: sigmoid(logit(posterior) / temperature + offset), by pe_decode's exact logarithm and
 * exponential. Posteriors are kept 10^-12 away from 0 and 1.
 *
 * temperature: above 0, below 10^30. offset: above -1000, below 1000. */
PE_API pe_status pe_calibrate(double *posteriors, int32_t count, double temperature, double offset);

#ifdef __cplusplus
}
#endif
#endif
