/* The decoding graph of one code: what places its characters is the search, which then has nothing else to find. */
#ifndef PE_LONE_H
#define PE_LONE_H

#include "found.h"

/* A graph with room for its arrays; it is where it was made, for it points into itself. */
typedef struct {
    pe_graph graph;
    double gain[PE_LONGEST_CODE], end[PE_LONGEST_CODE + 1];
    int32_t leaving[PE_LONGEST_CODE + 2], character[PE_LONGEST_CODE], destination[PE_LONGEST_CODE];
    int32_t layer_offset[PE_JUNCTIONS * (PE_LONGEST_CODE + 1) + 1];
    uint8_t junction[PE_LONGEST_CODE], separator[PE_LONGEST_CODE];
} pe_lone;

/* Make the graph of a code of another graph; log-priors are left out. */
void pe_make_lone(const pe_graph *graph, const pe_code *code, pe_lone *lone);

#endif
