/* Frames: a strip's columns, of which runs that are sure of blank or rubbish are one each. */
#ifndef PE_FRAMES_H
#define PE_FRAMES_H

#include "../common/inline.h"
#include "columns.h"
#include "seen.h"

/* Characters lie side by side by frame, in groups of PE_LANES, which processors handle at once. The last group is
 * filled up with characters that cannot be. */
#define PE_LANES 4

/* All weights of a frame are in one unit, so that a path's mass is the product of its frames' weights. Scores are
 * log-probabilities in fixed point (multiples of 2^-30), whose sums are exact. */
typedef struct {
    int32_t count;                                      /* n; there are n + 1 nodes, the boundaries of frames */
    size_t stride;                                      /* characters, filled up to whole groups */
    const int32_t *first;                               /* [n + 1], the column at each node */
    const uint8_t *seen;                                /* [n], what any of the frame's columns shows */
    int any_mark;                                       /* whether a mark is seen in any of them */
    double *weights;                                    /* [n][stride], of characters */
    double *digit;                                      /* [n], of any character */
    double *blank, *rubbish;                            /* [n] */
    double *either;                                     /* [n], of blank and rubbish together */
    double *scores;                                     /* [n][stride], of characters */
    double *blank_score, *rubbish_score, *either_score; /* [n] */
    double *shift;                                      /* [n], the logarithm of what a probability has over a weight */
    double free;                                        /* mass of all readings of the line */
} pe_frames;

/* Take each run of columns that are blank (or rubbish) beyond doubt, and that show the same, as one frame.
 * foreign_number: what a further number in the line costs. */
pe_status pe_condense(pe_arena *arena, const pe_columns *columns, const uint8_t *seen, double foreign_number,
                      pe_frames *frames);

#endif
