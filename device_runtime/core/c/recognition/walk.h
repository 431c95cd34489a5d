/* How to walk through a lattice: over a strip's frames, in one of two semirings.
 *
 * The search looks for the best path (Viterbi), in log-probabilities; belief is the sum of all paths (the forward
 * score), in weights. Source: Mohri, "Weighted automata algorithms", 2009, section 2: the tropical semiring and that of
 * the reals. */
#ifndef PE_WALK_H
#define PE_WALK_H

#include <math.h>

#include "../common/inline.h"
#include "garbage.h"

typedef enum {
    PE_MAX_PLUS,   /* log-probabilities, of which the best counts */
    PE_SUM_PRODUCT /* weights, of which all count */
} pe_semiring;

/* The score of what cannot be. */
PE_INLINE double pe_zero(pe_semiring semiring) {
    return semiring == PE_MAX_PLUS ? -INFINITY : 0.0;
}

/* Of two ways, the score of both together. */
PE_INLINE double pe_plus(pe_semiring semiring, double a, double b) {
    return semiring == PE_MAX_PLUS ? (a > b ? a : b) : a + b;
}

/* Of two pieces of one way, the score of the whole. */
PE_INLINE double pe_times(pe_semiring semiring, double a, double b) {
    return semiring == PE_MAX_PLUS ? a + b : a * b;
}

/* Scores of one strip in one semiring. */
typedef struct {
    int32_t frames;                         /* n; there are n + 1 nodes */
    size_t stride;                          /* from frame to frame in `characters` */
    const double *characters;               /* [n][stride], within a code: where a mark is seen, these cost more */
    const double *inner_blank;              /* [n], of blank within a code, likewise */
    const double *blank, *rubbish, *either; /* [n], as they are; either: blank and rubbish together */
    const double *before, *after; /* [n + 1], of all that may stand left and right of a code: sums of paths in both */
} pe_walk;

/* Walk for the best path. The frames' scores become those within a code: they are changed. */
pe_status pe_walk_best(pe_arena *arena, pe_frames *frames, const pe_beside *beside, double mark_cost, pe_walk *walk);

/* Walk for the sum of all paths. */
pe_status pe_walk_all(pe_arena *arena, const pe_frames *frames, const pe_beside *beside, double mark_cost,
                      pe_walk *walk);

#endif
