/* The best codes that a search has written so far. */
#ifndef PE_FOUND_H
#define PE_FOUND_H

#include "graph.h"

/* A code and what its best path is worth. */
typedef struct {
    double score;                  /* Viterbi score: a log-probability with the log-prior in it */
    double prior;                  /* the log-prior */
    int32_t length;                /* characters */
    int32_t signs;                 /* characters and separators */
    int32_t row;                   /* which of the prefixes of its length it is */
    int32_t arcs[PE_LONGEST_CODE]; /* [length] */
} pe_code;

/* Distinct codes, best first. */
typedef struct {
    int32_t count, most;
    pe_code codes[PE_MOST_CODES];
} pe_found;

/* Whether a code of this score may come into the list. */
int pe_may_enter(const pe_found *found, double score);

/* Put a code into the list, behind those as good as it is; the last falls out where there are too many.
 *
 * Codes that differ in separators alone are the same writing: the better one is kept, at a tie the shorter. */
void pe_enter(pe_found *found, const pe_graph *graph, const pe_code *code);

/* The signs of a code: its characters, and separators, whose numbers go on from those. */
void pe_write_signs(const pe_graph *graph, int32_t characters, const pe_code *code, uint8_t signs[PE_MOST_SIGNS]);

#endif
