/* How far codes are believed: posteriors, not calibrated. Source: LeCun et al. 1998, section X-C. */
#ifndef PE_BELIEF_H
#define PE_BELIEF_H

#include "../recognition/walk.h"
#include "found.h"

/* A code whose posterior is at least this is read with confidence. */
#define PE_CONFIDENT 0.5

/* Codes that are held against each other, with the line that they stand in. */
typedef struct {
    const pe_graph *graph;
    const pe_walk *walk;
    double free;   /* mass of all readings of the line */
    double prior;  /* of a further number in the line, as a factor */
    int32_t count; /* codes */
    const pe_code *codes;
    double threshold; /* above 0: all that matters is whether code 0 alone is believed at least so much */
} pe_claim;

typedef struct {
    double total;                     /* mass that posteriors are shares of */
    double confidence[PE_MOST_CODES]; /* by code as they were given */
    int32_t order[PE_MOST_CODES];     /* the codes, most believed first */
} pe_belief;

/* Give each code its posterior. */
pe_status pe_believe(pe_arena *arena, const pe_claim *claim, pe_belief *belief);

/* How likely any one number outside of a grammar is beside a code of it: the rarer codes are, the less. */
double pe_outside_odds(const pe_graph *graph);

#endif
