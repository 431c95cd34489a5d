/* Decoding graphs made of a fuzzer's bytes. */
#ifndef FZ_GRAMMAR_H
#define FZ_GRAMMAR_H

#include "input.h"
#include "posteye_core.h"

#define FZ_MOST_NODES 48
#define FZ_MOST_ARCS 4096
#define FZ_MOST_LAYERS (PE_LONGEST_CODE + 1)
#define FZ_MOST_CHOICES (PE_JUNCTIONS * FZ_MOST_LAYERS * PE_MOST_CHARACTERS)

/* What pe_graph has, with room for it, to be written and broken. */
typedef struct {
    int32_t nodes, arcs, layers, exact, grouped;
    double density;
    int32_t leaving[FZ_MOST_NODES + 1];
    int32_t character[FZ_MOST_ARCS], destination[FZ_MOST_ARCS];
    uint8_t junction[FZ_MOST_ARCS], separator[FZ_MOST_ARCS];
    double gain[FZ_MOST_ARCS], end[FZ_MOST_NODES];
    int32_t layer_offset[PE_JUNCTIONS * FZ_MOST_LAYERS + 1];
    int32_t layer_character[FZ_MOST_CHOICES];
    double layer_gain[FZ_MOST_CHOICES], layer_end[FZ_MOST_LAYERS];
} fz_grammar;

/* A graph over so many characters in which all is as the header wants it. */
void fz_read_grammar(fz_input *input, int32_t characters, fz_grammar *grammar);

/* The same as the core takes it, each array exactly as long as the sizes say that it is. */
pe_graph fz_copy_graph(const fz_grammar *grammar);

void fz_free_graph(pe_graph *graph);

/* Whether a code is written with these signs. */
int fz_accepts(const pe_graph *graph, int32_t characters, const uint8_t *signs, int32_t length);

#endif
