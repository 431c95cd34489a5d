/* A grammar's decoding graph: checking what a caller gives, and asking it. */
#ifndef PE_GRAPH_H
#define PE_GRAPH_H

#include "../common/arena.h"

/* Whether pe_graph_check has sealed this graph for an alphabet of so many characters. */
int pe_is_sealed(const pe_graph *graph, int32_t characters);

/* The characters that may follow `written` others across one junction: where they begin in layer_character and
 * layer_gain, and how many there are. */
typedef struct {
    int32_t begin, count;
} pe_choice;

pe_choice pe_choices(const pe_graph *graph, int32_t written, int32_t junction);

/* Characters of the shortest code. */
int32_t pe_shortest(const pe_graph *graph);

/* Whether a code, its separators left out, is written with these characters. */
pe_status pe_allows(pe_arena *arena, const pe_graph *graph, const uint8_t *characters, int32_t length, int *allowed);

#endif
