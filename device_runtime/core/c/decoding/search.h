/* The search for the best distinct codes of a grammar in a lattice: exact, by completions and prefixes. */
#ifndef PE_SEARCH_H
#define PE_SEARCH_H

#include "../recognition/walk.h"
#include "found.h"

/* The prefixes of one length that were kept, best first. */
typedef struct {
    int32_t count;
    int32_t *parent; /* [count], for each the row of the prefix before it */
    int32_t *arc;    /* [count], its last arc of the decoding graph */
    double *prior;   /* [count], its log-prior */
    double *ended;   /* [count][n + 1], scores where it has ended, priors left out */
} pe_prefixes;

typedef struct {
    const pe_graph *graph;
    const pe_walk *walk;
    const double *completions[PE_LONGEST_CODE]; /* after 1, 2, ... characters */
    pe_prefixes levels[PE_LONGEST_CODE];        /* of 1, 2, ... characters */
    pe_found found;
} pe_search;

/* Find the best codes: `wanted` of them, and `reserve` further ones where they are found, without proof that there are
 * none better. */
pe_status pe_find_codes(pe_arena *arena, const pe_graph *graph, const pe_walk *walk, int32_t wanted, int32_t reserve,
                        pe_search *search);

/* The node at which each character of a found code has ended, int32 [length], each behind the one before. */
void pe_trace_ends(const pe_search *search, const pe_code *code, int32_t *ends);

#endif
